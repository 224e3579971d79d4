import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { openAccount, openKeys, type Account, type AccountKeys } from '../accounts/account.ts';
import { createAccountReads, type AccountReads } from '../accounts/reads.ts';
import type { PeopleSource } from '../accounts/people-reading.ts';
import { openContacts, type AccountContacts } from '../accounts/contacts.ts';
import type { AccountConfig } from '../config/accounts/accounts.ts';
import type { Config } from '../config/config.ts';
import { rereadCredentials } from '../config/credential-sets.ts';
import { destinationOf } from '../config/accounts/destination.ts';
import { startRotation } from '../config/reload/credentials-reload.ts';
import type { Env } from '../config/env.ts';
import { isWithdrawn, type CredentialSet, type SetState } from '../rasa/credentials.ts';
import { createContactChanges, createPersonChanges, type ChangePerson } from '../rasa/delivery/changes.ts';
import type { Delivery } from '../rasa/delivery/outcomes.ts';
import { createPersonsDelivery } from '../rasa/delivery/v1.ts';
import { createContactsDelivery } from '../rasa/delivery/v2.ts';
import { createWebhookDelivery } from '../rasa/delivery/webhook.ts';
import type { NoteCall } from '../rasa/http.ts';
import type { KeyRing } from '../rasa/key-ring.ts';
import type { Tried } from '../rasa/try-credentials.ts';
import type { Database } from '../store/database.ts';
import { createOutgoing } from '../system/network/outgoing.ts';
import { Secret } from '../system/secret.ts';

/**
 * Where the sign-ups of an account go, and its credentials, which are watched, rotated and reported while the
 * product runs.
 */
export interface Upstream {
  readonly deliver: Delivery['addPersons'];
  /** `undefined` where it takes none, as with the webhook. */
  readonly change: ChangePerson | undefined;
  /** What it has, to be read; `undefined` if the destination gives nothing back. */
  readonly contacts: AccountContacts | undefined;
  /** For a process that waits to deliver, about once a second. Never rejects. */
  readonly observe: () => Promise<void>;
  /** Who is there; `undefined` where that cannot be read, as with the webhook. */
  readonly people: PeopleSource | undefined;
  /** `undefined` if the destination needs no key. */
  health(): CredentialsHealth | undefined;
  /** Tries the credentials now; `undefined` if the destination needs no key. */
  readonly tryNow: () => Promise<Tried | undefined>;
  /** For analytics; `undefined` if the destination has none. */
  readonly reads: AccountReads | undefined;
  /** Reads the credentials again and retries those that rasa.io refused. */
  readonly reload: () => void;
  /** What the operator decides about its keys, for all processes; `undefined` if it needs no key. */
  readonly orders: AccountKeys['orders'] | undefined;
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
    /** Retired by the operator, and not by a refusal. */
    readonly isWithdrawn: boolean;
    /** `at` as ISO 8601, and what rasa.io answered. */
    readonly lastRefusal?: SetState['lastRefusal'];
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
  readonly config: Pick<Config, 'rasaMinIntervalMs' | 'rasaTimeouts' | 'proxies' | 'secretFiles'>;
  readonly account: AccountConfig;
  readonly sandbox: SandboxAccount | undefined;
  readonly pid: number;
  readonly database: Database;
  /** Names this process to people. */
  readonly owner: string;
  /** Returns the current environment. */
  readonly readEnv: () => Env;
  /** Called when the credentials have changed, before it is known whether they work. */
  readonly onReload: () => void;
  /** Told of every call. */
  readonly onCall: NoteCall;
  readonly log: Logger;
  readonly watchIntervalMs?: number | undefined;
}

export function openUpstream(options: UpstreamOptions): Upstream {
  const { config, account: configured, sandbox, database, owner, log } = options;
  const { upstream } = configured;
  const isSandbox = upstream.is === 'sandbox';
  const account = openAccount({
    destination: destinationOf(configured),
    baseUrl: isSandbox ? (sandbox?.url ?? '') : upstream.baseUrl,
    // The product's own sandbox is on this machine.
    outgoing: createOutgoing(isSandbox ? {} : config.proxies),
    timeouts: config.rasaTimeouts,
    minIntervalMs: config.rasaMinIntervalMs,
    database,
    owner,
    onCall: options.onCall,
    log,
  });
  if (upstream.is === 'webhook') {
    const delivery = createWebhookDelivery({ http: account.deliveries, guid: upstream.guid });
    log.info(
      'Sign-ups go to the webhook of a sign-up form: e-mail address, first and last name, nothing else.',
    );
    return {
      deliver: (persons, stop) => delivery.addPersons(persons, stop),
      change: undefined,
      contacts: undefined,
      observe: () => account.observe(),
      people: undefined,
      health: () => undefined,
      tryNow: () => Promise.resolve(undefined),
      reads: undefined,
      reload: () => {
        log.info('There are no credentials to read again.');
      },
      orders: undefined,
      close: () => account.close(),
    };
  }
  return openWithKeys(account, options);
}

function openWithKeys(account: Account, options: UpstreamOptions): Upstream {
  const { account: configured, sandbox, database, pid, owner, log } = options;
  const { name, upstream } = configured;
  const api = upstream.is === 'rasa' ? upstream.api : 'v1';
  if (api === 'v2') {
    log.warn(
      'RASA_API=v2 is experimental: it follows the published description and was never tested against rasa.io.',
    );
  }
  const closing = new AbortController();
  const keys = openKeys({
    account,
    name,
    api,
    sets: upstream.is === 'rasa' ? upstream.sets : setsOf(sandbox),
    sandboxUrl: sandbox?.url,
    database,
    host: hostname(),
    pid,
    owner,
    onOrder() {
      options.onReload();
      // At once, not with the next sign-up: the page then says whether another key works.
      void keys.ring.token(closing.signal);
    },
    onReload() {
      rotation.reload();
    },
    log,
  });
  const rotation = openRotation(keys.ring, options);
  const createDelivery = api === 'v1' ? createPersonsDelivery : createContactsDelivery;
  const createChanges = api === 'v1' ? createPersonChanges : createContactChanges;
  const ways = { http: account.deliveries, keyRing: keys.ring };
  const delivery = createDelivery(ways);
  return {
    deliver: (persons, stop) => delivery.addPersons(persons, stop),
    change: createChanges(ways),
    contacts: openContacts(account.others, keys.ring, api),
    observe: () => account.observe(),
    people: keys.people,
    health: () => healthOf(keys.ring),
    tryNow: () => keys.tryNow(closing.signal),
    reads: api === 'v1' ? createAccountReads(account.others, keys.ring) : undefined,
    reload: rotation.reload,
    orders: keys.orders,
    async close() {
      closing.abort();
      await rotation.close();
      await keys.close();
      await account.close();
    },
  };
}

function openRotation(
  keyRing: KeyRing,
  { account, config, sandbox, readEnv, onReload, log, watchIntervalMs }: UpstreamOptions,
): Pick<Upstream, 'reload'> & { close(): Promise<void> } {
  const { name, isNamed, upstream } = account;
  if (upstream.is !== 'rasa') {
    sandbox?.onKeyCreated(() => {
      keyRing.replace(setsOf(sandbox));
      onReload();
    });
    return {
      reload() {
        log.info('There are no credentials to read again.');
      },
      close: () => Promise.resolve(),
    };
  }
  return startRotation({
    found: { sets: upstream.sets, files: config.secretFiles },
    read: () => rereadCredentials(readEnv(), upstream.api, isNamed ? name : undefined),
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

function healthOf(keyRing: KeyRing): CredentialsHealth {
  const { is, sets } = keyRing.state();
  return {
    is,
    sets: sets.map((set) => {
      const { number, fingerprint, state, lastRefusal } = set;
      return {
        number,
        fingerprint,
        state,
        isWithdrawn: isWithdrawn(set),
        ...(lastRefusal && { lastRefusal }),
      };
    }),
  };
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
