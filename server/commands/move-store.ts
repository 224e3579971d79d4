import { pino } from 'pino';
import { openPlace, refuseMissing, type StorePlace } from '../outbox/place.ts';
import { moveStore } from '../store/moving/move.ts';
import { Secret } from '../system/secret.ts';
import { readUrl } from '../system/urls.ts';
import type { ExitCode, TextStream } from './terminal.ts';

export interface MoveStoreOptions {
  /** The store as the proxy's variables name it. */
  readonly place: StorePlace;
  /** The new one: the URL of a PostgreSQL database, or a directory for a SQLite file. */
  readonly to: string;
  readonly stdout: TextStream;
}

/**
 * `rasa-signup store move`: moves everything that is promised to another database. The old one is closed from
 * the first row on: proxies that still run on it answer 503. May be repeated after an interruption. Rejects
 * with `StoreRefused` where one of the two cannot be used.
 */
export async function moveStoreTo({ place, to, stdout }: MoveStoreOptions): Promise<ExitCode> {
  await refuseMissing(place);
  const options = { log: pino({ level: 'silent' }), forMove: true };
  const from = await openPlace(place, options);
  try {
    const target = await openPlace(targetOf(place, to), options);
    try {
      const moved = await moveStore({ from, to: target });
      const { signups = 0, dead_letters: deadLetters = 0 } = moved;
      const variable = isPostgres(to) ? 'DATABASE_URL' : 'DATA_DIR (without DATABASE_URL)';
      stdout.write(
        `Moved: ${signups} sign-ups wait in the new database, ${deadLetters} are set aside there. Set ${variable} to it ` +
          'and start the proxies. The old database is closed for good.\n',
      );
      return 0;
    } finally {
      await target.close();
    }
  } finally {
    await from.close();
  }
}

function targetOf(place: StorePlace, to: string): StorePlace {
  return isPostgres(to)
    ? { ...place, databaseUrl: new Secret(to) }
    : { ...place, dataDir: to, databaseUrl: undefined };
}

function isPostgres(to: string): boolean {
  return /^postgres(ql)?:$/.test(readUrl(to)?.protocol ?? '');
}
