import { sameSql, type Database, type Statement } from '../store/database.ts';
import { eventStatements, type NewEvent } from './events.ts';

/** `retired`: the operator has retired all of them, so that rasa.io is not even asked. */
export type KeysAre = 'working' | 'refused' | 'retired';

export interface CredentialsTellerOptions {
  readonly database: Database;
  /** Whether rasa.io takes the credentials of each account, by its name, as the processes have noted it. */
  readonly readStates: () => Promise<ReadonlyMap<string, KeysAre>>;
  readonly now?: () => number;
}

/**
 * Tells when rasa.io refuses all credentials of an account, and when it takes them again: each once, however
 * many processes see it. It follows from the notes that each process keeps of its keys, so that a crash in
 * between only delays it. Only the holder of the lease tells.
 */
export class CredentialsTeller {
  readonly #options: CredentialsTellerOptions;
  readonly #now: () => number;

  constructor(options: CredentialsTellerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async tell(fence: Statement): Promise<void> {
    const { database, readStates } = this.#options;
    const events: NewEvent[] = [];
    for (const [account, state] of await readStates()) {
      const [last] = await database.read({
        sql: sameSql('select type from events where subject = ? order by seq desc limit 1'),
        params: [subjectOf(account)],
      });
      const isFailed = last?.['type'] === 'credentials.failed';
      if (isFailed === (state !== 'working')) continue;
      const type = isFailed ? 'credentials.working' : 'credentials.failed';
      const atMs = this.#now();
      events.push({ type, account, subject: subjectOf(account), atMs, turn: atMs.toString(36), data: {} });
    }
    if (events.length > 0) await database.write([fence, ...eventStatements(events, this.#now())]);
  }
}

function subjectOf(account: string): string {
  return `credentials ${account}`;
}
