import type { Env } from '../../config/env.ts';
import { checkAccount, type ReadReport } from '../../rasa/check/check.ts';
import { identify, type Identity } from '../../rasa/check/identify.ts';
import { lookAt, type LookedAt } from '../../rasa/check/look-at.ts';
import { isRasaError } from '../../rasa/errors.ts';
import { readVersion } from '../../system/product.ts';
import { openOneAccount } from './one-account.ts';
import {
  printable,
  send,
  tableOf,
  toJson,
  type ExitCode,
  type OutStream,
  type TextStream,
} from '../terminal.ts';

/** `rasa-signup rasa …`: what rasa.io answers to this account. Reads only. */
export interface RasaCommands {
  whoAmI(options: { readonly json?: boolean | undefined }): Promise<ExitCode>;
  get(path: string, options: GetOptions): Promise<ExitCode>;
  check(options: { readonly json?: boolean | undefined }): Promise<ExitCode>;
  close(): Promise<void>;
}

export interface GetOptions {
  /** All items, page after page, in place of one answer. */
  readonly all?: boolean | undefined;
  /** An item a line. */
  readonly ndjson?: boolean | undefined;
  readonly pageSize?: number | undefined;
}

export interface RasaCommandsOptions {
  readonly env: Env;
  /** As ACCOUNTS has it; needed where there are several. */
  readonly account: string | undefined;
  readonly streams: { readonly stdout: OutStream; readonly stderr: TextStream };
  readonly stop: AbortSignal;
}

/**
 * Where the proxy has a store, calls wait for the turn of the account there, as its own do. Rejects with a
 * ConfigError that lists every fault of the credentials.
 */
export async function openRasaCommands(options: RasaCommandsOptions): Promise<RasaCommands> {
  const { streams, stop } = options;
  const { stdout, stderr } = streams;
  const { configured, http, close } = await openOneAccount({ ...options, owner: 'rasa-signup rasa' });
  const { api, baseUrl, sets } = configured.upstream;
  const account = lookAt(http, api, sets);
  const isForPeople = (json: boolean | undefined) => !(json ?? !stdout.isTTY);

  return {
    async whoAmI({ json }) {
      const found: Identity[] = [];
      for (const set of sets) found.push(await identify(account, set, stop));
      if (isForPeople(json)) stdout.write(`${describe(found, stdout.columns)}\n`);
      else stdout.write(`${toJson({ api, baseUrl, sets: found })}\n`);
      return found.some(({ is }) => is === 'taken') ? 0 : 1;
    },

    get: (path, options) =>
      revoking(async () => {
        if (path.startsWith(api === 'v1' ? '/v2/' : '/v1/')) {
          throw new TypeError(`A path must begin with /${api}/ where RASA_API is ${api}.`);
        }
        if (!options.all && (options.ndjson || options.pageSize !== undefined)) {
          throw new TypeError('--ndjson and --page-size are for lists: add --all.');
        }
        if (options.all) await printAll(account, path, { ...options, stdout, stop });
        else stdout.write(`${toJson((await account.reads.get(path, { signal: stop })) ?? null)}\n`);
        return 0;
      }),

    check: ({ json }) =>
      revoking(async () => {
        const reads: ReadReport[] = [];
        for await (const read of checkAccount(account.calls, api, stop)) {
          reads.push(read);
          if (isForPeople(json)) stdout.write(`${wordsOf(read)}\n`);
        }
        if (!isForPeople(json)) {
          stdout.write(`${toJson({ version: readVersion(), api, baseUrl, reads })}\n`);
        }
        return reads.some(hasFailed) || reads.every(({ problem }) => problem !== undefined) ? 1 : 0;
      }),

    close,
  };

  /** Reports what is rasa.io's or the caller's fault, and leaves no token behind. */
  async function revoking(run: () => Promise<ExitCode>): Promise<ExitCode> {
    try {
      return await run();
    } catch (error) {
      if (stop.aborted) {
        stderr.write('Stopped before the end.\n');
        return 1;
      }
      if (!isRasaError(error) && !(error instanceof TypeError)) throw error;
      const text = isRasaError(error) && 'text' in error ? error.text : undefined;
      stderr.write(`${printable(error.message)}${text === undefined ? '' : `: ${printable(text)}`}\n`);
      return 1;
    } finally {
      await account.close(AbortSignal.timeout(longestEndMs));
    }
  }
}

/** For revoking the token, also after Ctrl-C. */
export const longestEndMs = 5000;

function describe(found: readonly Identity[], columns = 0): string {
  const rows = found.map(({ number, fingerprint, name, reason, newsletters = [], tokenLifeS }) => [
    String(number),
    fingerprint,
    name,
    reason ?? (tokenLifeS === undefined ? 'not said' : `${tokenLifeS} s`),
    newsletters.map((each) => `${each.name ?? ''} (${each.id})`).join(', ') || '-',
  ]);
  return tableOf(['SET', 'FINGERPRINT', 'ACCOUNT', 'TOKEN LIVES', 'NEWSLETTER'], rows, { columns });
}

/** Item by item, so that a list of any length needs the memory of a page. */
async function printAll(
  { reads }: LookedAt,
  path: string,
  { ndjson, pageSize, stdout, stop }: GetOptions & { readonly stdout: OutStream; readonly stop: AbortSignal },
): Promise<void> {
  if (/[?&](skip|limit)=/.test(path)) {
    throw new TypeError('With --all a path has no skip and no limit; --page-size says how many at once.');
  }
  let count = 0;
  let isWhole = false;
  try {
    for await (const item of reads.items(path, { pageSize, signal: stop })) {
      const before = ndjson ? '' : count === 0 ? '[' : ',\n';
      await send(stdout, `${before}${toJson(item)}${ndjson ? '\n' : ''}`);
      count++;
    }
    isWhole = true;
  } finally {
    // Also where it ends early: what has been printed is JSON, and the exit code says that it is not all.
    if (!ndjson && (isWhole || count > 0)) stdout.write(count === 0 ? '[]\n' : ']\n');
  }
}

/** Asked for, and without an answer; what was not tried for lack of contacts is no failure. */
function hasFailed({ problem, differences }: ReadReport): boolean {
  return problem !== undefined && differences.length > 0;
}

function wordsOf({ route, status, ms, problem, shape, differences, notes }: ReadReport): string {
  const mark = problem !== undefined ? '✖' : differences.length > 0 ? '!' : '✔';
  const figures = [
    status === undefined ? undefined : String(status),
    ms === undefined ? undefined : `${ms} ms`,
    shape && `${shape.count} items`,
  ].filter((part) => part !== undefined);
  const lines = status === undefined && problem !== undefined ? [problem] : [...differences, ...notes];
  const head = `${mark} ${route}${figures.length === 0 ? '' : `  ${figures.join(', ')}`}`;
  return [head, ...lines.map((line) => `    ${printable(line)}`)].join('\n');
}
