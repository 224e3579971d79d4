import type { Database, Row } from '../../store/database.ts';
import { reportLinks as table } from '../../store/schema/analytics.ts';
import { IssuedSecrets, issuedOf, type Issued } from '../../store/secrets/issued-secrets.ts';
import type { FunnelTexts } from '../funnel/funnel-query.ts';
import type { QueryTexts } from '../query.ts';
import type { ReportName } from '../reports/report.ts';

/** What a link shows: always the same, for the days that the question names or that end when it is asked. */
export type Linked =
  | { readonly report: ReportName; readonly texts: QueryTexts }
  | { readonly report: 'funnel'; readonly texts: FunnelTexts };

/** What is known of a link; its secret is not. */
export interface ReportLink extends Issued {
  readonly linked: Linked;
  readonly expiresMs: number;
}

export interface NewReportLink {
  readonly name: string;
  readonly account: string;
  readonly linked: Linked;
  readonly validForMs: number;
}

/**
 * Links to one report each, without addresses, for programs that can send no header. Unlike a token, a link
 * allows one question only, and it expires.
 */
export class ReportLinks {
  readonly #issued: IssuedSecrets;

  constructor(options: { readonly database: Pick<Database, 'read' | 'write'>; readonly now?: () => number }) {
    this.#issued = new IssuedSecrets({ ...options, table, prefix: 'rsl' });
  }

  /** The secret of the new link, which nothing shows again; `undefined` where one has this name. */
  create({ linked, ...link }: NewReportLink): Promise<string | undefined> {
    return this.#issued.create(link, { report: linked.report, question: JSON.stringify(linked.texts) });
  }

  /** All of them, the revoked and expired ones too, in the order in which they were made. */
  async list(): Promise<readonly ReportLink[]> {
    return (await this.#issued.list()).map(linkOf);
  }

  /** `false` where no link of this name is left to revoke. */
  revoke(name: string): Promise<boolean> {
    return this.#issued.revoke(name);
  }

  /** The link whose secret was shown, if it is valid now. */
  async find(shown: string): Promise<ReportLink | undefined> {
    const row = await this.#issued.find(shown);
    return row && linkOf(row);
  }
}

function linkOf(row: Row): ReportLink {
  return {
    ...issuedOf(row),
    // Written by `create` alone.
    linked: { report: row['report'], texts: JSON.parse(String(row['question'])) as unknown } as Linked,
    expiresMs: Number(row['expires_at']),
  };
}
