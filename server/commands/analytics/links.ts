import { readFunnelQuery } from '../../analytics/funnel/funnel-query.ts';
import type { Linked, ReportLink, ReportLinks } from '../../analytics/links/report-links.ts';
import { readQuery, type QueryTexts } from '../../analytics/query.ts';
import { reportNames } from '../../analytics/reports/report.ts';
import { reports } from '../../analytics/reports/reports.ts';
import { unnamedAccount } from '../../config/accounts/accounts.ts';
import { ageOf } from '../../config/setting-schemas.ts';
import { printable, tableOf, toJson, type ExitCode, type TextStream } from '../terminal.ts';

export const linkedReports = [...reportNames, 'funnel'] as const;

/** As long as a link is valid where nothing else is said, and as long as it may be. */
export const usualLinkMs = 90 * 86_400_000;
const longestLinkMs = 400 * 86_400_000;

export interface NewLinkOptions extends QueryTexts {
  readonly account?: string;
  /** In ms. */
  readonly expires?: number;
  readonly includeSuspectClicks?: boolean;
  /** Of the funnel. */
  readonly form?: string;
  readonly by?: string;
  /** Rows of single people, by their ids. */
  readonly aboutPeople?: boolean;
  readonly json?: boolean;
}

export interface LinkCommandsOptions {
  readonly links: ReportLinks;
  /** The names that ACCOUNTS has; `undefined` where it is not set. */
  readonly accounts: readonly string[] | undefined;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly streams: { readonly stdout: TextStream; readonly stderr: TextStream };
  readonly now?: () => number;
}

/** What the operator does with links: `rasa-signup analytics link create|list|revoke`. */
export class LinkCommands {
  readonly #options: LinkCommandsOptions;
  readonly #now: () => number;

  constructor(options: LinkCommandsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async create(
    name: string,
    report: (typeof linkedReports)[number],
    { account: named, expires: validForMs = usualLinkMs, json = false, ...asked }: NewLinkOptions,
  ): Promise<ExitCode> {
    const { links, publicUrl, accounts = [unnamedAccount], streams } = this.#options;
    const account = named ?? (accounts.length === 1 ? accounts[0] : undefined);
    const read = linkedOf(report, asked, this.#now());
    const faults = 'report' in read ? [] : [...read];
    if (account === undefined || !accounts.includes(account)) {
      const found = account === undefined ? 'no --account' : `the account ${JSON.stringify(account)}`;
      faults.push(`Found ${found}, wanted one of ACCOUNTS: ${accounts.join(', ')}.`);
    }
    if (validForMs > longestLinkMs) faults.push('--expires: wanted 400d at most.');
    if (!('report' in read) || account === undefined || faults.length > 0) {
      for (const fault of faults) streams.stderr.write(`${printable(fault)}\n`);
      return 1;
    }
    const secret = await links.create({ name, account, linked: read, validForMs });
    if (secret === undefined) {
      streams.stderr.write(`There is a link ${name} already. Revoke it first, or choose another name.\n`);
      return 1;
    }
    const url = `${publicUrl}/api/analytics/links/${secret}`;
    if (json) {
      const expires = new Date(this.#now() + validForMs).toISOString();
      streams.stdout.write(`${toJson({ url, name, report, account, expires })}\n`);
      return 0;
    }
    streams.stdout.write(`${url}\n`);
    streams.stderr.write(
      'Everybody with this link sees the report until it expires or is revoked. It is stored as a hash only, and not shown again.\n',
    );
    return 0;
  }

  async list({ json }: { readonly json?: boolean }): Promise<ExitCode> {
    const { links, streams } = this.#options;
    const { stdout } = streams;
    const all = (await links.list()).map((link) => summaryOf(link, this.#now()));
    if (json ?? !stdout.isTTY) {
      stdout.write(`${toJson(all)}\n`);
      return 0;
    }
    if (all.length === 0) {
      stdout.write('There are no links.\n');
      return 0;
    }
    const rows = all.map(({ name, state, report, account, lastUse, expires }) => [
      name,
      state,
      report,
      account,
      lastUse === null ? 'never' : `${ageOf(lastUse, this.#now())} ago`,
      expires.slice(0, 10),
    ]);
    const head = ['NAME', 'STATE', 'REPORT', 'ACCOUNT', 'LAST USE', 'EXPIRES'];
    stdout.write(`${tableOf(head, rows, { columns: stdout.columns ?? 0 })}\n`);
    return 0;
  }

  async revoke(name: string): Promise<ExitCode> {
    const { links, streams } = this.#options;
    if (await links.revoke(name)) {
      streams.stdout.write(`The link ${printable(name)} is revoked.\n`);
      return 0;
    }
    streams.stderr.write(`No valid link is called ${JSON.stringify(name)}.\n`);
    return 1;
  }
}

type Asked = Omit<NewLinkOptions, 'account' | 'expires' | 'json'>;

/** What the link is to show, or what is wrong with it. */
function linkedOf(
  report: (typeof linkedReports)[number],
  { form, by, includeSuspectClicks, aboutPeople, ...texts }: Asked,
  nowMs: number,
): Linked | readonly string[] {
  const { from, to, preset, ...others } = texts;
  if (report === 'funnel') {
    const unknown = Object.keys(others);
    const faults = [...unknown, ...(includeSuspectClicks === true ? ['include-suspect-clicks'] : [])].map(
      (name) => `--${name}: found with the funnel, which has forms and days only.`,
    );
    const asked = { from, to, preset, form, by };
    const query = readFunnelQuery(asked, nowMs);
    if (!('from' in query)) faults.push(...query);
    return faults.length > 0 ? faults : { report, texts: asked };
  }
  const faults = Object.entries({ form, by }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}: found with ${report}, wanted it with funnel only.`],
  );
  if (reports[report].isAboutPeople && aboutPeople !== true) {
    faults.push(
      `${report}: has a row for each person, by their ids. If all who have the link may see that, add --about-people.`,
    );
  }
  const asked = { ...texts, ...(includeSuspectClicks === true && { suspect_clicks: 'included' }) };
  const query = readQuery(asked, { nowMs, withEmail: false });
  if (!('from' in query)) faults.push(...query);
  return faults.length > 0 ? faults : { report, texts: asked };
}

function summaryOf({ name, account, linked, expiresMs, usedMs, revokedMs }: ReportLink, nowMs: number) {
  const state = revokedMs !== undefined ? 'revoked' : expiresMs <= nowMs ? 'expired' : 'valid';
  return {
    name,
    state,
    report: linked.report,
    account,
    asked: linked.texts,
    expires: new Date(expiresMs).toISOString(),
    lastUse: usedMs === undefined ? null : new Date(usedMs).toISOString(),
  };
}
