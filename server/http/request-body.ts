import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import getRawBody from 'raw-body';
import { limits } from '../../shared/form.ts';

export type Body =
  | { readonly is: 'whole'; readonly bytes: Uint8Array }
  | { readonly is: 'too_large' }
  /** The connection ended before the body was complete. */
  | { readonly is: 'broken' };

/**
 * Reads the whole body. A body longer than `maxBytes` is not read further and gives `too_large`. Express's
 * own parsers read a refused body to its end before they answer, however long it is and takes.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  try {
    const length = request.headers['content-length'];
    return { is: 'whole', bytes: await getRawBody(request, { limit: maxBytes, ...(length && { length }) }) };
  } catch (error) {
    const isTooLarge = error instanceof Error && 'type' in error && error.type === 'entity.too.large';
    return { is: isTooLarge ? 'too_large' : 'broken' };
  }
}

/**
 * Whether more of the body may still arrive than a sign-up can have. Node itself discards the little that an
 * early refusal left unread.
 */
export function leavesMuch({ complete, headers }: IncomingMessage): boolean {
  return !complete && Number(headers['content-length'] ?? Infinity) > limits.bodyBytes;
}

/** How long the connection stays open for reading after the answer. */
const hearOutMs = 2000;

/**
 * Reads the rest of the body for a moment and discards it. Closing a connection with unread bytes resets it,
 * and the sender loses the answer that it has not read yet (RFC 9112 9.6).
 */
export async function hearOut(request: IncomingMessage): Promise<void> {
  request.resume();
  // The body ends or the time is up: in both cases the answer has been sent.
  await finished(request, { signal: AbortSignal.timeout(hearOutMs) }).catch(() => undefined);
}
