import type { Calls } from '../calls.ts';
import { hasId, isOwnAnswer, readResultsOfV2 } from '../reading/answers.ts';
import { isItem, readId } from '../reading/values.ts';
import { createReader, type CallOptions, type Reader } from '../reads.ts';

/** Version 2, of which nobody has published an answer: every likely shape is read. */
export function createV2Reader(calls: Calls): Reader {
  return createReader(calls, { resultsOf: readResultsOfV2, isSuccess: isReadable });
}

/**
 * Whether a 2xx may be rasa.io's: its envelope, a list, an object that is or has something with an id, or
 * nothing at all. The page of a gateway is none of these.
 */
export function isReadable({
  status,
  body,
  text,
}: {
  readonly status: number;
  readonly body: unknown;
  readonly text?: string;
}): boolean {
  if (isOwnAnswer(body) || Array.isArray(body)) return true;
  if (!isItem(body)) return status !== 200 && text?.trim() === '';
  const hasList = ['results', 'data', 'items'].some((name) => Array.isArray(body[name]));
  return hasList || readResultsOfV2(body).some(hasId);
}

/** The id in the answer to something new; `undefined` where rasa.io does not say it. */
export async function postV2(
  calls: Calls,
  path: string,
  json: object,
  options: CallOptions & { readonly isRepeatable?: boolean } = {},
): Promise<string | undefined> {
  const { body } = await calls.ask({ method: 'POST', path, json, isSuccess: isReadable, ...options });
  return readIdOfNew(body);
}

/** The id in an answer of version 2 to something new. */
export function readIdOfNew(body: unknown): string | undefined {
  return readId(readResultsOfV2(body)[0]?.['id']);
}
