import type { Answered, Calls } from '../calls.ts';
import { isRasaError, Refused, Unreachable, type RasaError } from '../errors.ts';
import { hasId, readErrorText, readResults } from '../reading/answers.ts';
import { readId } from '../reading/values.ts';

/** What became of one person that was sent. */
export type Saved =
  | {
      readonly is: 'saved';
      /** `undefined` in an answer to several persons: whose is whose is not documented. */
      readonly id: string | undefined;
      /** In an answer to several persons: the id of one of them. All ids of the answer occur. */
      readonly idInBatch?: string | undefined;
      /** Likewise, and where rasa.io does not say whether the person was there before. */
      readonly isNew: boolean | undefined;
    }
  /** rasa.io refuses this person; a further attempt would fail too. `text` may quote the address. */
  | { readonly is: 'refused'; readonly error: RasaError; readonly text: string }
  /** Not sent, or without an answer that says what became of it. */
  | { readonly is: 'failed'; readonly error: RasaError };

/** Statuses that refuse the content, rather than report a temporary fault or refuse the credentials. */
const refusals: readonly number[] = [400, 404, 409, 422];

const largestBatch = 25;

/**
 * `POST /v1/persons`, which creates and updates. A batch whose answer does not account for every person is
 * repeated one by one, which is harmless. Once one has to wait, the rest are not sent and have failed with
 * the same error. Never throws because of rasa.io's answers, the network, or an abort.
 */
export async function savePersons(
  calls: Calls,
  bodies: readonly object[],
  signal: AbortSignal | undefined,
): Promise<readonly Saved[]> {
  const saved: Saved[] = [];
  for (let start = 0; start < bodies.length; start += largestBatch) {
    const batch = bodies.slice(start, start + largestBatch);
    saved.push(...(await afterwards(saved, batch, () => saveBatch(calls, batch, signal))));
  }
  return saved;
}

/** The first error of one that has to wait is the error of all that follow. */
async function afterwards(
  before: readonly Saved[],
  batch: readonly object[],
  save: () => Promise<readonly Saved[]>,
): Promise<readonly Saved[]> {
  const last = before.at(-1);
  return last?.is === 'failed' ? batch.map(() => last) : save();
}

async function saveBatch(
  calls: Calls,
  batch: readonly object[],
  signal: AbortSignal | undefined,
): Promise<readonly Saved[]> {
  const [first] = batch;
  if (first && batch.length === 1) return [await saveOne(calls, first, signal)];
  const answer = await post(calls, batch, signal);
  if (isRasaError(answer)) {
    if (!isRefusal(answer)) return batch.map(() => ({ is: 'failed', error: answer }));
  } else {
    const results = readResults(answer.body);
    if (results.length === batch.length && results.every(hasId)) {
      // Their order is not documented.
      return results.map(({ id }) => ({
        is: 'saved',
        id: undefined,
        idInBatch: readId(id),
        isNew: undefined,
      }));
    }
  }
  const one: Saved[] = [];
  for (const body of batch) {
    one.push(...(await afterwards(one, [body], async () => [await saveOne(calls, body, signal)])));
  }
  return one;
}

async function saveOne(calls: Calls, body: object, signal: AbortSignal | undefined): Promise<Saved> {
  const answer = await post(calls, body, signal);
  if (!isRasaError(answer)) return readSaved(answer);
  if (!isRefusal(answer)) return { is: 'failed', error: answer };
  const text = 'text' in answer ? answer.text : undefined;
  return { is: 'refused', error: answer, text: text ?? answer.message };
}

async function post(
  calls: Calls,
  json: object,
  signal: AbortSignal | undefined,
): Promise<Answered | RasaError> {
  try {
    // An upsert: the same person twice is the same person.
    return await calls.ask({ method: 'POST', path: '/v1/persons', json, isRepeatable: true, signal });
  } catch (error) {
    if (isRasaError(error)) return error;
    if (signal?.aborted) return new Unreachable('the call was aborted', error);
    throw error;
  }
}

function isRefusal(error: RasaError): boolean {
  return (error.code === 'refused' || error.code === 'not_found') && refusals.includes(error.status);
}

/** What an answer says about the one person that was sent. */
function readSaved({ status, body }: Answered): Saved {
  const [entry] = readResults(body);
  if (entry && hasId(entry)) {
    const word = entry['status'];
    // The one status word that is known; anything else is an update.
    const isNew = typeof word === 'string' ? word === 'created' : undefined;
    return { is: 'saved', id: readId(entry['id']), isNew };
  }
  const error = new Refused({ status, text: readErrorText(body, entry) });
  return { is: 'refused', error, text: error.text ?? error.message };
}
