import { randomUUID } from 'node:crypto';

/**
 * The id by which one request is found in the logs of all servers that it passes: `X-Request-Id` as it came
 * if it is well formed, else a new one. It cannot hold an e-mail address or a token of this proxy.
 */
export function requestIdOf(shown: string | undefined): string {
  const isWellFormed = shown !== undefined && /^[\w.:-]{8,128}$/.test(shown) && !shown.includes('rst_');
  return isWellFormed ? shown : randomUUID();
}
