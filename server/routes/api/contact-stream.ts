import { once } from 'node:events';
import type { Request, Response } from 'express';
import type { Contacts, Result } from '../../contacts/contacts.ts';
import { itemsOf } from '../../contacts/ndjson.ts';
import { allowLong } from '../../http/long-requests.ts';
import { isFull } from '../../outbox/outbox.ts';
import { pause } from '../../system/pause.ts';

/** So many items share one transaction. */
const batch = 500;
/** Results that a sender has not read yet: more are not made, and no more of its body is read. */
const mostUnread = 8 * 1024 * 1024;
const lookEveryMs = 250;
/** Less than a connection may be silent. */
const longestWaitMs = 20_000;

/**
 * Stores the items of a body of NDJSON as they arrive, however many there are, and answers each batch once it
 * is stored: as one JSON object, or a line for each item where the sender accepts that. Rejects where nothing
 * is answered yet. Afterwards a failure cuts the answer short, so that nobody takes it for a whole one.
 */
export async function streamContacts(
  request: Request,
  response: Response,
  {
    contacts,
    account,
    mustConfirm,
  }: {
    readonly contacts: Pick<Contacts, 'add' | 'hasRoomFor'>;
    readonly account: string;
    readonly mustConfirm: boolean;
  },
): Promise<void> {
  const types = ['application/json', 'application/x-ndjson'];
  const isLines = request.accepts(types) === types[1];
  const [first, between, behind, last] = isLines ? ['', '', '\n', ''] : ['{"results":[', ',', '', ']}'];
  const closed = new AbortController();
  response.once('close', () => {
    closed.abort();
  });
  allowLong(response);
  const send = async (results: readonly Result[]) => {
    if (!response.headersSent) {
      response.set('Content-Type', `${isLines ? types[1] : types[0]}; charset=utf-8`);
      response.set('Cache-Control', 'no-store').write(first);
    } else if (results.length > 0) response.write(between);
    response.write(results.map((result) => JSON.stringify(result) + behind).join(between));
    if (response.writableLength > mostUnread) await once(response, 'drain', { signal: closed.signal });
  };
  try {
    // Not destroyed after a failure: a sender that is still writing would lose the answer.
    for await (const items of itemsOf(request.iterator({ destroyOnReturn: false }), batch)) {
      await send(await addWhenThereIsRoom(items));
      if (closed.signal.aborted) return;
    }
    if (!response.headersSent) await send([]);
    response.end(last);
  } catch (error) {
    if (!response.headersSent) throw error;
    response.destroy();
  }

  /** A list must not take the room that is for visitors; it waits until some was delivered. */
  async function addWhenThereIsRoom(items: readonly unknown[]): Promise<readonly Result[]> {
    for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
      const mayWait = waitedMs < longestWaitMs && !closed.signal.aborted;
      if (contacts.hasRoomFor(items.length) || !mayWait) {
        try {
          return await contacts.add(items, account, mustConfirm);
        } catch (error) {
          if (!isFull(error) || !mayWait) throw error;
        }
      }
      await pause(lookEveryMs, closed.signal);
    }
  }
}
