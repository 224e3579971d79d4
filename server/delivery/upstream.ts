import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { rereadCredentials } from '../config/credential-sets.ts';
import { startRotation } from '../config/reload/credentials-reload.ts';
import type { Env } from '../config/env.ts';
import type { CredentialSet } from '../rasa/credentials.ts';
import type { Delivery } from '../rasa/delivery/outcomes.ts';
import { createPersonsDelivery } from '../rasa/delivery/v1.ts';
import { createContactsDelivery } from '../rasa/delivery/v2.ts';
import { createWebhookDelivery } from '../rasa/delivery/webhook.ts';
import { createGate } from '../rasa/gate.ts';
import { createRasaHttp, withGate, type RasaHttp } from '../rasa/http.ts';
import { createKeyRing, type KeyRing, type KeyRingChange, type SetState } from '../rasa/key-ring.ts';
import { tryKeyRing, type Tried } from '../rasa/try-credentials.ts';
import { createTokenApi } from '../rasa/token-api.ts';
import type { Database } from '../store/database.ts';
import { createOutgoing } from '../system/network/outgoing.ts';
import { Secret } from '../system/secret.ts';
import { startKeyNotes } from './key-notes.ts';

/**
 * The destination of sign-ups and its credentials, which are watched, rotated and reported while
 * the product runs.
 */
export interface Upstream {
  readonly deliver: Delivery['addPersons'];
  /** `undefined` if the destination needs no key. */
  health(): CredentialsHealth | undefined;
  /** Tries the credentials now; `undefined` if the destination needs no key. */
  readonly tryNow: () => Promise<Tried | undefined>;
  /** Reads the credentials again and retries those that rasa.io refused. */
  readonly reload: () => void;
  close(): Promise<void>;
}

/** The state of the credentials: no secrets, no variables, no paths. */
export interface CredentialsHealth {
  /** `untried` until the first delivery, `refused` while rasa.io accepts none of them. */
  readonly is: 'untried' | 'working' | 'refused';
  readonly sets: readonly {
    readonly number: number;
    readonly fingerprint: string;
    readonly state: 'in use' | 'standby' | 'retired';
  }[];
}

/** What deliveries need to know of the sandbox. */
export interface SandboxAccount {
  readonly url: string;
  readonly credentials: {
    readonly username: string;
    readonly password: string;
  };
  /** Its keys, in the order in which they are tried. */
  readonly ownKeys: () => readonly string[];
  readonly onKeyCreated: (listener: () => void) => void;
}

export interface UpstreamOptions {
  readonly config: Config;
  readonly sandbox: SandboxAccount | undefined;
  readonly pid: number;
  /** Keeps the notes of the keys' state. */
  readonly database: Database;
  /** Returns the current environment. */
  readonly readEnv: () => Env;
  /** Called when the credentials have changed, before it is known whether they work. */
  readonly onReload: () => void;
  readonly log: Logger;
  readonly watchIntervalMs?: number | undefined;
}

export function openUpstream(options: UpstreamOptions): Upstream {
  const { config, sandbox, log } = options;
  const { upstream, rasaMinIntervalMs: minIntervalMs } = config;
  const isSandbox = upstream.is === 'sandbox';
  const ungated = createRasaHttp({
    baseUrl: isSandbox ? (sandbox?.url ?? '') : upstream.baseUrl,
    // The product's own sandbox is on this machine.
    outgoing: createOutgoing(isSandbox ? {} : config.proxies),
    timeouts: config.rasaTimeouts,
  });
  const http = withGate(ungated, createGate({ minIntervalMs }));
  if (upstream.is === 'webhook') {
    const client = createWebhookDelivery({ http, guid: upstream.guid });
    log.info(
      'Sign-ups go to the webhook of a sign-up form: e-mail address, first and last name, nothing else.',
    );
    return {
      deliver: (persons, stop) => client.addPersons(persons, stop),
      health: () => undefined,
      tryNow: () => Promise.resolve(undefined),
      ...nothingToRotate(log),
    };
  }
  const api = upstream.is === 'rasa' ? upstream.api : 'v1';
  if (api === 'v2') {
    log.warn(
      'RASA_API=v2 is experimental: it follows the published description and was never tested against rasa.io.',
    );
  }
  const { keyRing, rotation, keyNotes } = openKeys(http, api, options);
  const closing = new AbortController();
  const createDelivery = api === 'v1' ? createPersonsDelivery : createContactsDelivery;
  const client = createDelivery({ http, keyRing });
  return {
    deliver: (persons, stop) => client.addPersons(persons, stop),
    health: () => healthOf(keyRing),
    tryNow: () => tryKeyRing(http, keyRing, api, closing.signal),
    reload: rotation.reload,
    async close() {
      closing.abort();
      await rotation.close();
      await keyNotes.close();
    },
  };
}

/** Opens the key ring, the rotation of its keys and the file that reports their state. */
function openKeys(http: RasaHttp, api: 'v1' | 'v2', options: UpstreamOptions) {
  const { config, sandbox, log, pid, database } = options;
  const keyRing = createKeyRing({
    tokens: createTokenApi(http),
    sets: config.upstream.is === 'rasa' ? config.upstream.sets : setsOf(sandbox),
    onChange(change) {
      report(change, sandbox, log);
      keyNotes.note();
    },
  });
  const keyNotes = startKeyNotes({
    database,
    account: 'main',
    host: hostname(),
    pid,
    api,
    state: () => {
      const { is, sets } = keyRing.state();
      return { credentials: is, sets: [...sets] };
    },
    log,
  });
  return { keyRing, keyNotes, rotation: openRotation(keyRing, options) };
}

function openRotation(
  keyRing: KeyRing,
  { config, sandbox, readEnv, onReload, log, watchIntervalMs }: UpstreamOptions,
): Pick<Upstream, 'reload' | 'close'> {
  const { upstream, secretFiles } = config;
  if (upstream.is !== 'rasa') {
    sandbox?.onKeyCreated(() => {
      keyRing.replace(setsOf(sandbox));
      onReload();
    });
    return nothingToRotate(log);
  }
  return startRotation({
    found: { sets: upstream.sets, files: secretFiles },
    read: () => rereadCredentials(readEnv(), upstream.api),
    async onReload(sets, again, stop) {
      keyRing.replace(sets);
      if (again) keyRing.retry();
      onReload();
      // At once, not with the next sign-up: the log then says whether the new credentials work before the
      // operator revokes the old key.
      await keyRing.token(stop);
    },
    log,
    intervalMs: watchIntervalMs,
  });
}

function nothingToRotate(log: Logger): Pick<Upstream, 'reload' | 'close'> {
  return {
    reload() {
      log.info('There are no credentials to read again.');
    },
    close: () => Promise.resolve(),
  };
}

function healthOf(keyRing: KeyRing): CredentialsHealth {
  const { is, sets } = keyRing.state();
  return { is, sets: sets.map(({ number, fingerprint, state }) => ({ number, fingerprint, state })) };
}

/**
 * One credential set for each key of the sandbox. Without a key the set contains one that the sandbox
 * refuses, as rasa.io would if the key were lost.
 */
function setsOf(sandbox: SandboxAccount | undefined): readonly CredentialSet[] {
  const { username = '', password = '' } = sandbox?.credentials ?? {};
  const keys = sandbox?.ownKeys() ?? [];
  return (keys.length === 0 ? ['missing'] : keys).map((key, index) => ({
    number: index + 1,
    source: { variable: 'the sandbox' },
    credentials: { api: 'v1', username, password: new Secret(password), apiKey: new Secret(key) },
  }));
}

function report(change: KeyRingChange, sandbox: SandboxAccount | undefined, log: Logger): void {
  const taker = sandbox ? 'The sandbox' : 'rasa.io';
  switch (change.is) {
    case 'in use':
      log.info(wordsOf(change.set), `${taker} takes these credentials; they are in use.`);
      break;
    case 'refused':
      log.warn(
        { ...wordsOf(change.set), status: change.status },
        `${taker} refuses these credentials. The next set takes over, if there is one.`,
      );
      break;
    case 'none left':
      if (sandbox) {
        log.error(
          { sandbox: sandbox.url },
          `The sandbox refuses the proxy's key: it was revoked. Sign-ups are accepted and wait. Create a key at ` +
            `${sandbox.url}/settings/api-keys: the proxy takes it up at once.`,
        );
        break;
      }
      log.error(
        { sets: change.sets.map(wordsOf) },
        'rasa.io refuses the credentials. Sign-ups are accepted and wait. Create a key at rasa.io (Settings → API Keys) ' +
          'and write it into the file that the variable names; it is read automatically. If the variable itself ' +
          'contains the key, restart the proxy with the new key.',
      );
      break;
  }
}

function wordsOf({ number, source, fingerprint }: SetState): object {
  return { set: number, ...source, fingerprint };
}
