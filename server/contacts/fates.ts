import type { People } from '../accounts/people.ts';
import { DeadLetters } from '../outbox/dead-letters.ts';
import { isoOf } from '../outbox/rows.ts';
import type { Destination } from '../outbox/signup.ts';
import type { Database } from '../store/database.ts';
import { readSent, unconfirmed } from './sent-contacts.ts';

/** What became of one contact that was accepted. Times are ISO 8601, UTC. */
export type Fate = { readonly id: string; readonly sent_at: string } & (
  | { readonly status: 'waiting' }
  /** It waits for the click of whose address it is, or has waited for it in vain. */
  | { readonly status: 'pending' | 'unconfirmed' }
  | {
      readonly status: 'delivered';
      readonly delivered_at: string;
      /** Since when rasa.io does not list it any more. */
      readonly archived_since?: string;
    }
  /** Not sent: the contact has left, and is not brought back. */
  | { readonly status: 'left_alone'; readonly state: string }
  /** It and what was known of it are deleted, at rasa.io too if it was there. */
  | { readonly status: 'erased' }
  | { readonly status: 'dead_letter'; readonly reason: string; readonly failed_at: string }
  /** It was a dead letter, and the operator deleted it. */
  | { readonly status: 'purged' }
);

interface FateOptions {
  readonly database: Database;
  readonly people: Pick<People, 'ofMany'>;
  readonly destinations: ReadonlyMap<string, Destination>;
  /** Since when the daily look finds it archived, in ms of Unix time; absent where nothing looks. */
  readonly archivedSince?: ((id: string) => Promise<number | undefined>) | undefined;
  /** How long a contact waits for its click. */
  readonly unconfirmedForMs: number;
  readonly nowMs: number;
}

/** What comes in an address may be any text. */
export function isId(text: string): boolean {
  return /^[\da-f-]{36}$/.test(text);
}

/** `undefined` where this account sent none of this id within the last 30 days. */
export async function readFate(
  sent: { readonly id: string; readonly account: string },
  options: FateOptions,
): Promise<Fate | undefined> {
  const { database, people, destinations, archivedSince, unconfirmedForMs, nowMs } = options;
  const { id, account } = sent;
  if (!isId(id)) return undefined;
  const row = await readSent(database, id, account);
  if (!row) return undefined;
  const common = { id, sent_at: isoOf(Number(row['sent_at'])) };
  const ended = String(row['ended']);
  if (ended === 'erased') return { ...common, status: 'erased' };
  if (ended === unconfirmed) {
    // Whether the person has refused it is nobody else's business.
    const isPending = Number(row['sent_at']) + unconfirmedForMs > nowMs;
    return { ...common, status: isPending ? 'pending' : 'unconfirmed' };
  }
  if (ended !== '') return { ...common, status: 'left_alone', state: ended };
  if (Number(row['dead']) > 0) {
    const letter = await new DeadLetters({ database }).get(id);
    if (letter === undefined) return readFate(sent, options);
    const { reason, refusedAt } =
      letter === 'unreadable' ? { reason: 'It cannot be read.', refusedAt: common.sent_at } : letter;
    return { ...common, status: 'dead_letter', reason, failed_at: refusedAt };
  }
  if (Number(row['waiting']) > 0) return { ...common, status: 'waiting' };
  const deliveredMs = Number(row['delivered_at']);
  if (deliveredMs === 0) return { ...common, status: 'purged' };
  const destination = destinations.get(account);
  const [known] = destination ? await people.ofMany(destination, [row['person'] as Uint8Array]) : [];
  const archivedMs = known?.archivedAtMs ?? (await archivedSince?.(id));
  return {
    ...common,
    status: 'delivered',
    delivered_at: isoOf(deliveredMs),
    ...(archivedMs !== undefined && { archived_since: isoOf(archivedMs) }),
  };
}
