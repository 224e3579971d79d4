import type { Database, NewRow } from '../../store/database.ts';
import { readAddress, signupOf } from '../address.ts';
import { published, type StoredEvent } from '../events.ts';
import { isAmong } from '../feed.ts';
import type { Endpoint } from './endpoints.ts';
import type { Sent } from './sender.ts';

/** Whether the endpoint asked for such events. */
export function isWanted(
  { type, data }: StoredEvent,
  { account, types }: Pick<Endpoint, 'account' | 'types'>,
): boolean {
  return (account === undefined || data.account === account) && isAmong(type, types);
}

/** What is sent of an event. With its address where the endpoint asked for that and it is still known. */
export async function messageOf(
  database: Pick<Database, 'read'>,
  event: StoredEvent,
  { withEmail }: Pick<Endpoint, 'withEmail'>,
): Promise<{ readonly id: string; readonly body: string }> {
  const { id, ...payload } = published(event);
  const signup = withEmail ? signupOf(event) : undefined;
  const email = signup === undefined ? undefined : await readAddress(database, signup);
  const whole = email === undefined ? payload : { ...payload, data: { ...payload.data, email } };
  return { id, body: JSON.stringify(whole) };
}

/** The row of an attempt, for `webhooks log`. */
export function attemptRow(
  id: string,
  { webhook, event, sent, atMs }: AttemptOptions,
): NewRow & { readonly result: string } {
  const result = sent.is === 'delivered' ? sent.is : sent.result;
  return { id, webhook, event, at: atMs, took_ms: sent.tookMs, status: sent.status, result };
}

interface AttemptOptions {
  readonly webhook: string;
  /** The id of the event. */
  readonly event: string;
  readonly sent: Sent;
  readonly atMs: number;
}
