import { createHmac } from 'node:crypto';
import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, request } from 'undici';
import { addressFault, hostOf, namesThisMachine, urlFault } from '../../system/network/addresses.ts';
import { networkFault } from '../../system/network/network-fault.ts';
import { readRetryAfter } from '../../system/network/retry-after.ts';
import { withAnySignal } from '../../system/any-signal.ts';
import { readVersion } from '../../system/product.ts';

/** Where to, and how to sign. */
export interface Target {
  readonly url: string;
  /** `whsec_` and base64. While one is rotated, all sign; without any, messages are not signed. */
  readonly secrets: readonly string[];
  /** Whether its address may be in a private network. */
  readonly mayBePrivate: boolean;
}

export type Sent = { readonly status: number; readonly tookMs: number } & (
  | { readonly is: 'delivered' }
  /** 410: nothing more is wanted. */
  | { readonly is: 'gone'; readonly result: string }
  | { readonly is: 'failed'; readonly result: string; readonly afterMs?: number }
);

/** All addresses of a name. */
type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface SenderOptions {
  /** Unix time in ms. */
  readonly now?: () => number;
  readonly resolve?: Resolve;
  /** For a whole attempt. */
  readonly timeoutMs?: number;
}

const longestAttemptMs = 15_000;
/** For a connection alone. */
const reachMs = 8000;
/** No answer needs more; what is longer is cut off. */
const mostAnswerBytes = 64 * 1024;
const longestRetryAfterMs = 24 * 60 * 60_000;
/** The same, and its rounding. */
const longestWaitMs = 25 * 60 * 60_000;

/**
 * Whether the time has come for what waits until then. Nothing waits for longer than a receiver can ask for:
 * what does was written by a clock that was set back since.
 */
export function isDue(dueMs: number, nowMs: number): boolean {
  return dueMs <= nowMs || dueMs > nowMs + longestWaitMs;
}

class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** Sends signed messages, each on a connection to an address that was checked. */
export class Sender {
  readonly #agents = new Map<string, Agent>();
  readonly #now: () => number;
  readonly #resolve: Resolve;
  readonly #timeoutMs: number;

  constructor({ now = Date.now, resolve = lookup, timeoutMs = longestAttemptMs }: SenderOptions = {}) {
    this.#now = now;
    this.#resolve = resolve;
    this.#timeoutMs = timeoutMs;
  }

  /** Never rejects. Redirects are not followed: they count as failures. */
  async send(
    { url, secrets, mayBePrivate }: Target,
    message: { readonly id: string; readonly body: string },
    stop: AbortSignal,
  ): Promise<Sent> {
    const startedAtMs = performance.now();
    const tookMs = () => Math.round(performance.now() - startedAtMs);
    try {
      refuseAddressOf({ url, mayBePrivate });
      const status = await withAnySignal([stop, AbortSignal.timeout(this.#timeoutMs)], async (signal) => {
        const answer = await request(url, {
          method: 'POST',
          headers: this.#headers(message, secrets),
          body: message.body,
          dispatcher: this.#agentFor({ url, mayBePrivate }),
          signal,
        });
        // Its status is what counts, whatever becomes of its body.
        await answer.body.dump({ limit: mostAnswerBytes, signal }).catch(() => undefined);
        return { code: answer.statusCode, retryAfter: answer.headers['retry-after'] };
      });
      return this.#verdict(status.code, String(status.retryAfter ?? ''), tookMs());
    } catch (error) {
      return { is: 'failed', status: 0, tookMs: tookMs(), result: reasonOf(error, this.#timeoutMs) };
    }
  }

  /** Connects as `send` does, and sends nothing. Why that is not possible; `undefined` where it is. */
  async reach(where: Where): Promise<string | undefined> {
    const { url } = where;
    try {
      refuseAddressOf(where);
      const lookup = checkedLookup(where, this.#resolve);
      const connect = buildConnector({ lookup, timeout: reachMs });
      const { protocol, port } = new URL(url);
      const hostname = hostOf(url);
      await new Promise<void>((resolve, reject) => {
        connect({ hostname, protocol, port }, (error, socket) => {
          if (error) reject(error);
          else resolve();
          socket?.on('error', () => undefined).destroy();
        });
      });
      return undefined;
    } catch (error) {
      return reasonOf(error, reachMs);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #headers({ id, body }: { readonly id: string; readonly body: string }, secrets: readonly string[]) {
    const timestamp = String(Math.floor(this.#now() / 1000));
    return {
      'content-type': 'application/json',
      'user-agent': `rasa-signup/${readVersion()}`,
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      ...(secrets.length > 0 && {
        'webhook-signature': secrets.map((secret) => sign(secret, `${id}.${timestamp}.${body}`)).join(' '),
      }),
    };
  }

  /** One for all that may be at the same addresses. */
  #agentFor(where: Where): Agent {
    const { url, mayBePrivate } = where;
    const name = `${String(namesThisMachine(url))} ${String(mayBePrivate)} ${new URL(url).protocol}`;
    const known = this.#agents.get(name);
    if (known) return known;
    const agent = new Agent({
      connect: { lookup: checkedLookup(where, this.#resolve), timeout: this.#timeoutMs },
    });
    this.#agents.set(name, agent);
    return agent;
  }

  #verdict(status: number, retryAfter: string, tookMs: number): Sent {
    if (status >= 200 && status < 300) return { is: 'delivered', status, tookMs };
    const result = `answered ${status}`;
    if (status === 410) return { is: 'gone', status, tookMs, result };
    const afterMs = readRetryAfter(retryAfter, this.#now(), longestRetryAfterMs);
    return { is: 'failed', status, tookMs, result, ...(afterMs !== undefined && { afterMs }) };
  }
}

type Where = Pick<Target, 'url' | 'mayBePrivate'>;

/** Throws where the URL itself has an address that it may not have. */
function refuseAddressOf(where: Where): void {
  const fault = urlFault(where);
  if (fault !== undefined) throw new AddressRefused(fault);
}

/** Standard Webhooks 1.0, symmetric: HMAC-SHA256 over id, timestamp and body. */
function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

/** One refused address among several refuses the name, so that no order of answers lets one through. */
function checkedLookup(where: Where, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, '', 0);
        return;
      }
      const fault = addresses
        .map(({ address }) => addressFault(where, address))
        .find((one) => one !== undefined);
      const [first] = addresses;
      if (!first) callback(new Error('no address'), '', 0);
      else if (fault !== undefined) callback(new AddressRefused(fault), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function reasonOf(error: unknown, timeoutMs: number): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof AddressRefused) return at.message;
    if (at.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  }
  return networkFault(error).reason;
}
