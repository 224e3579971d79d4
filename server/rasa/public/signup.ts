import type { Calls } from '../calls.ts';
import { isTaken } from '../reading/answers.ts';
import { segment } from '../reading/query.ts';

/**
 * `POST /signup/<guid>` of the public host, the webhook behind rasa.io's own sign-up form. Its answers are
 * not documented: a 200 with rasa.io's envelope or an id counts as taken, and so does every other 2xx.
 */
export async function postSignup(
  calls: Calls,
  guid: string,
  person: object,
  signal: AbortSignal | undefined,
): Promise<void> {
  await calls.ask({
    method: 'POST',
    path: `/signup/${segment(guid)}`,
    json: person,
    isSuccess: ({ status, body }) => isTaken(status, body),
    signal,
  });
}
