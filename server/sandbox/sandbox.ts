import { randomUUID as cryptoUUID } from 'node:crypto';
import { join } from 'node:path';
import express from 'express';
import type { Logger } from 'pino';
import { listen } from '../http/http-server.ts';
import { createApiKeys } from './api-keys.ts';
import { createApi } from './api/router.ts';
import { openContactsFile } from './contacts/contacts-file.ts';
import { Lists } from './contacts/lists.ts';
import { Persons } from './contacts/persons.ts';
import { Clock } from './control/clock.ts';
import { Faults } from './control/faults.ts';
import { Limits } from './control/limits.ts';
import { Mailbox, type CaughtMail } from './control/mailbox.ts';
import { Nights } from './control/nights.ts';
import { RequestLog } from './control/request-log.ts';
import { TrafficMeter } from './control/traffic.ts';
import { OwnKeys, type FirstKey } from './first-key.ts';
import { refuseForeignHosts } from './foreign-requests.ts';
import { createSite } from './site/site.ts';
import { openState } from './state.ts';
import { createTokens } from './tokens.ts';

export interface SandboxOptions {
  readonly host?: string;
  /** 0 uses any free port. */
  readonly port: number;
  /** Directory of `sandbox.db` with the contacts, and of the folder `sandbox/` with keys and settings. */
  readonly dataDir: string;
  /** A key to accept; default: the sandbox creates one at its very first start. */
  readonly apiKey?: string | undefined;
  /** Directory of the files built for browsers. */
  readonly builtDir: string;
  /** For what its database has to say; by default nothing. */
  readonly log?: Logger | undefined;
  /** The machine's time in ms since 1970; the sandbox's own clock can be moved beside it. */
  readonly now?: () => number;
  readonly randomUUID?: () => string;
}

export interface Sandbox {
  /** Without a trailing slash; the API is below `/v1`. */
  readonly url: string;
  readonly port: number;
  readonly credentials: {
    readonly username: string;
    readonly password: string;
    /** `undefined` if the file with the first key was deleted. */
    readonly apiKey: string | undefined;
  };
  /** The keys that the proxy of this sandbox may sign in with, in this order; some may be revoked. */
  readonly ownKeys: () => readonly string[];
  /** Calls back whenever a key was created, which is then the last of `ownKeys`. */
  readonly onKeyCreated: (listener: () => void) => void;
  /** For version 2, in which an API key is the client secret. */
  readonly clientId: string;
  /** For the sign-up webhook. */
  readonly signupGuid: string;
  readonly firstKey: FirstKey['firstKey'];
  /** How many contacts are not archived. */
  readonly countContacts: () => Promise<number>;
  /** Takes a mail of the product that would leave if there were a relay; `/mail` shows it. */
  readonly catchMail: (mail: CaughtMail) => void;
  /**
   * Ends event streams and idle connections at once. Calls in progress are still answered, for at
   * most two seconds.
   */
  close(): Promise<void>;
}

const account = {
  username: 'sandbox@example.com',
  password: 'sandbox',
  clientId: 'sandbox-client',
  signupGuid: 'sandbox-newsletter',
} as const;
const closeGraceMs = 2_000;
/** How often is looked whether a night is due. */
const nightWatchMs = 15_000;

/**
 * Opens a stand-in for rasa.io: both versions of its API and its sign-up webhook over real HTTP, with pages
 * that show the contacts and the API keys. Rejects with the system's error if the port is in use, with a
 * `StateFileError` if the state is damaged, and with the store's error if the contacts cannot be opened.
 * Prints nothing; the caller must show the user what is needed, above all a key that was just created.
 */
export async function openSandbox({
  host = '127.0.0.1',
  port,
  dataDir,
  apiKey: given,
  builtDir,
  log,
  now: systemNow = Date.now,
  randomUUID = cryptoUUID,
}: SandboxOptions): Promise<Sandbox> {
  const dir = join(dataDir, 'sandbox');
  const state = await openState(dir, systemNow);
  const clock = new Clock({ state, now: systemNow });
  const { now } = clock;
  const tokens = createTokens({ now, randomUUID });
  const ownKeys = new OwnKeys({ dir, state, given, randomUUID });
  const apiKeys = createApiKeys({
    state,
    tokens,
    now,
    randomUUID,
    onChange: (created) => ownKeys.follow(created),
  });
  const faults = new Faults();
  const { firstKey, apiKey } = await ownKeys.settle(apiKeys);

  const database = await openContactsFile(dataDir, log);
  const rules = () => ({ ...faults.variants, segments: state.data.segments ?? undefined });
  const persons = new Persons({ database, changes: state.changes, rules, now, randomUUID });
  const nights = new Nights({ state, database, persons, now });
  const mailbox = new Mailbox({ changes: state.changes, now });
  const stopping = new AbortController();
  const parts = {
    account,
    state,
    database,
    persons,
    lists: new Lists({ database, persons, now }),
    apiKeys,
    ownKeys,
    tokens,
    faults,
    limits: new Limits({ faults, now }),
    traffic: new TrafficMeter(),
    mailbox,
    requests: new RequestLog({ changes: state.changes, now }),
    clock,
    nights,
    now,
    stop: stopping.signal,
  };
  const app = express()
    .disable('x-powered-by')
    .disable('etag')
    .use(refuseForeignHosts(host))
    .use(createApi(parts))
    .use(createSite({ ...parts, builtDir }));

  const server = await listen(app, { host, port }).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });

  const watchNights = () => {
    nights.catchUp().catch((error: unknown) => log?.error({ error }, 'the night of the sandbox failed'));
  };
  watchNights();
  const nightWatch = setInterval(watchNights, nightWatchMs).unref();

  let closed: Promise<void> | undefined;
  return {
    url: server.url,
    port: server.port,
    credentials: { username: account.username, password: account.password, apiKey },
    clientId: account.clientId,
    signupGuid: account.signupGuid,
    firstKey,
    countContacts: () => persons.countLive(),
    catchMail(mail) {
      mailbox.add(mail);
    },
    ownKeys: () => ownKeys.texts,
    onKeyCreated: (listener) => {
      ownKeys.onCreated(listener);
    },
    close() {
      stopping.abort();
      clearInterval(nightWatch);
      closed ??= server.close(closeGraceMs).then(async () => {
        await nights.settled();
        await state.save();
        await database.close();
      });
      return closed;
    },
  };
}
