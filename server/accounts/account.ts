import type { Logger } from 'pino';
import type { Destination } from '../outbox/signup.ts';
import { createCalls } from '../rasa/calls.ts';
import { createV1, createV2 } from '../rasa/client.ts';
import type { CredentialSet } from '../rasa/credentials.ts';
import { createGate } from '../rasa/gate.ts';
import {
  createRasaHttp,
  withGate,
  withNotes,
  type NoteCall,
  type RasaHttp,
  type RasaTimeouts,
} from '../rasa/http.ts';
import { createKeyRing, type KeyRing } from '../rasa/key-ring.ts';
import { createTokenApi } from '../rasa/token-api.ts';
import { tryKeyRing, type Tried } from '../rasa/try-credentials.ts';
import type { Database } from '../store/database.ts';
import type { Outgoing } from '../system/network/outgoing.ts';
import { AccountGate } from './gate.ts';
import { startKeyNotes } from './keys/key-notes.ts';
import { KeyOrders } from './keys/key-orders.ts';
import { createKeyReport } from './keys/key-report.ts';
import { peopleOfV1, peopleOfV2, type PeopleSource } from './people-reading.ts';
import { Turns } from './turns.ts';

export interface AccountOptions {
  /** What all processes that reach it call it: the name of its turn in the store. */
  readonly destination: Destination;
  readonly baseUrl: string;
  readonly outgoing: Outgoing;
  readonly timeouts: RasaTimeouts;
  /** From the end of a call to the beginning of the next one. */
  readonly minIntervalMs: number;
  /** `undefined` where there is no store yet: then no other process calls this account. */
  readonly database: Database | undefined;
  /** Names this process to people. */
  readonly owner: string;
  readonly fetch?: typeof fetch | undefined;
  readonly onCall?: NoteCall | undefined;
  readonly log: Logger;
}

/** An account at rasa.io as this process reaches it: every call passes its gate. */
export interface Account {
  /** For what is delivered: these calls come first. */
  readonly deliveries: RasaHttp;
  /** For everything else. */
  readonly others: RasaHttp;
  /** For who is going to call soon, about once a second, see `AccountGate`. Never rejects. */
  observe(): Promise<void>;
  /** Resolves when the calls that wait are made or stopped, and other processes may have the turn. */
  close(): Promise<void>;
}

export function openAccount({
  destination: { upstream, account },
  baseUrl,
  outgoing,
  timeouts,
  minIntervalMs,
  database,
  owner,
  fetch,
  onCall,
  log,
}: AccountOptions): Account {
  const plain = createRasaHttp({ baseUrl, outgoing, timeouts, ...(fetch && { fetch }) });
  const http = onCall ? withNotes(plain, onCall) : plain;
  if (!database) {
    const gated = withGate(http, createGate({ minIntervalMs }));
    const nothing = () => Promise.resolve();
    return { deliveries: gated, others: gated, observe: nothing, close: nothing };
  }
  const gate = new AccountGate({
    turns: new Turns({ database, owner, account: `${upstream} ${account}` }),
    minIntervalMs,
    log,
  });
  return {
    deliveries: withGate(http, gate.deliveries),
    others: withGate(http, gate.others),
    observe: () => gate.observe(),
    close: () => gate.close(),
  };
}

export interface AccountKeysOptions {
  readonly account: Account;
  /** As the operator calls it. */
  readonly name: string;
  readonly api: 'v1' | 'v2';
  readonly sets: readonly CredentialSet[];
  /** Where the product's own sandbox stands in for rasa.io: its address. */
  readonly sandboxUrl: string | undefined;
  readonly database: Database;
  readonly host: string;
  readonly pid: number;
  /** Names this process. */
  readonly owner: string;
  /** Told when the operator has retired keys, or uses them again. */
  readonly onOrder: () => void;
  /** Told when another process was asked to read the credentials again. */
  readonly onReload: () => void;
  readonly log: Logger;
}

/** The keys of an account, with notes of how they stand for other processes. */
export interface AccountKeys {
  readonly ring: KeyRing;
  /** Its lists, which are read after deliveries. */
  readonly people: PeopleSource;
  /** Tries the keys that are in use, and keeps the token for the first delivery. */
  tryNow(stop: AbortSignal): Promise<Tried>;
  /** What the operator decides about them. */
  readonly orders: Pick<KeyOrders, 'set' | 'tellReload'>;
  close(): Promise<void>;
}

export function openKeys(options: AccountKeysOptions): AccountKeys {
  const { account, name, api, sets, sandboxUrl, database, host, pid, owner, log } = options;
  const report = createKeyReport(sandboxUrl, log);
  const plain = createKeyRing({
    tokens: createTokenApi(account.deliveries),
    sets,
    onChange(change) {
      report(change);
      notes.note();
    },
  });
  const orders = new KeyOrders({
    database,
    account: name,
    owner,
    onRetired(fingerprints) {
      plain.withdraw(fingerprints);
      notes.note();
      options.onOrder();
    },
    onReload: options.onReload,
    log,
  });
  // No retired key is used before it is known that it was retired.
  const ring: KeyRing = {
    ...plain,
    async token(stop) {
      await orders.known(stop);
      return plain.token(stop);
    },
  };
  const notes = startKeyNotes({
    database,
    account: name,
    host,
    pid,
    api,
    state: () => {
      const { is, sets: states } = ring.state();
      return { credentials: is, sets: [...states] };
    },
    log,
  });
  const calls = createCalls({ http: account.others, keyRing: ring });
  return {
    ring,
    people: api === 'v1' ? peopleOfV1(createV1(calls).persons) : peopleOfV2(createV2(calls).contacts),
    tryNow: (stop) => tryKeyRing(account.others, ring, api, stop),
    orders,
    async close() {
      await orders.close();
      await notes.close();
    },
  };
}
