import type { Logger } from 'pino';
import { CallTimes } from '../accounts/call-times.ts';
import { PeopleKeeping } from '../accounts/people-keeping.ts';
import { lastPeopleRead, readPeople } from '../accounts/people-reading.ts';
import { PersonFinder } from '../accounts/person-finder.ts';
import type { People } from '../accounts/people.ts';
import type { AccountContacts } from '../accounts/contacts.ts';
import type { AccountConfig } from '../config/accounts/accounts.ts';
import type { Config } from '../config/config.ts';
import { destinationOf } from '../config/accounts/destination.ts';
import type { AccountReads } from '../accounts/reads.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Destination } from '../outbox/signup.ts';
import type { NoteCall } from '../rasa/http.ts';
import type { Tried } from '../rasa/try-credentials.ts';
import type { DeliveryStats } from './delivery-call.ts';
import { learnedOf, learningOf } from './learning.ts';
import { openUpstream, type CredentialsHealth, type Upstream, type UpstreamOptions } from './upstream.ts';
import { DeliveryWorker, type DeliveryWorkerOptions } from './worker.ts';

export interface DeliveriesOptions extends Omit<
  UpstreamOptions,
  'account' | 'config' | 'onReload' | 'onCall'
> {
  readonly config: UpstreamOptions['config'] &
    Pick<Config, 'accounts' | 'rasaBatch' | 'outbox' | 'contactsRefreshMs'>;
  readonly outbox: Pick<Outbox, 'counts' | 'noteSettled'>;
  readonly besideSettled: DeliveryWorkerOptions['besideSettled'];
  readonly besideDelivered: NonNullable<DeliveryWorkerOptions['besideDelivered']>;
  readonly besideChanged: NonNullable<DeliveryWorkerOptions['besideChanged']>;
  readonly besideLeftAlone: DeliveryWorkerOptions['besideLeftAlone'];
  readonly keepReceipts: DeliveryWorkerOptions['keepReceipts'];
  readonly people: People;
  /** Is told of every call to rasa.io when it is over, with the name of the account. */
  readonly onCall: (account: string, call: Parameters<NoteCall>[0]) => void;
}

/** One account with what the product knows of it now. */
export interface AccountState {
  readonly name: string;
  /** `undefined` if it needs no key. */
  readonly credentials: CredentialsHealth | undefined;
  readonly stats: DeliveryStats;
}

/** An account with what it has at rasa.io. */
export interface ReadableAccount {
  /** As the operator calls it; `undefined` where it has no name. */
  readonly name: string | undefined;
  /** The same, also where the operator has given it none. */
  readonly account: string;
  readonly destination: Destination;
  readonly contacts: AccountContacts;
}

interface Way {
  readonly account: AccountConfig;
  readonly upstream: Upstream;
  readonly worker: DeliveryWorker;
  readonly keeping: PeopleKeeping | undefined;
}

/**
 * The ways of all accounts to rasa.io, side by side: each has its own credentials, its own worker and its own
 * pauses, so that an account whose key is refused holds up no other.
 */
export class Deliveries {
  /** Of the calls of all accounts. */
  readonly calls = new CallTimes();
  readonly #ways: readonly Way[];

  constructor(options: DeliveriesOptions) {
    this.#ways = options.config.accounts.map((account) =>
      openWay(account, {
        ...options,
        onCall: (call) => {
          this.calls.note(call);
          options.onCall(account.name, call);
        },
      }),
    );
  }

  /**
   * Says that something was added for this account, so that it is carried now and not at the next look.
   * Without a name: for the first one.
   */
  wake(name: string | undefined): void {
    const way = name === undefined ? this.#ways[0] : this.#ways.find(({ account }) => account.name === name);
    way?.worker.wake();
  }

  accounts(): readonly AccountState[] {
    return this.#ways.map(({ account, upstream, worker }) => ({
      name: account.name,
      credentials: upstream.health(),
      stats: worker.stats(),
    }));
  }

  /** How to read the account of this name; `undefined` where it has no analytics. */
  reads(name: string): AccountReads | undefined {
    return this.#ways.find(({ account }) => account.name === name)?.upstream.reads;
  }

  /** The accounts whose contacts can be read; the webhook gives nothing back. */
  readable(): readonly ReadableAccount[] {
    return this.#ways.flatMap(({ account, upstream: { contacts } }) => {
      const name = account.isNamed ? account.name : undefined;
      return contacts ? [{ name, account: account.name, destination: destinationOf(account), contacts }] : [];
    });
  }

  /** Of all accounts together: the circuit is open where that of one is. */
  stats(): DeliveryStats {
    const all = this.#ways.map(({ worker }) => worker.stats());
    const sum = (of: 'attempts' | 'delivered' | 'refused' | 'leftAlone') =>
      all.reduce((total, stats) => total + stats[of], 0);
    return {
      circuit: all.some(({ circuit }) => circuit === 'open') ? 'open' : 'closed',
      isUnreachable: all.some(({ isUnreachable }) => isUnreachable),
      pausedForMs: Math.max(...all.map(({ pausedForMs }) => pausedForMs)),
      attempts: sum('attempts'),
      delivered: sum('delivered'),
      refused: sum('refused'),
      leftAlone: sum('leftAlone'),
      lastSuccess: all
        .flatMap(({ lastSuccess }) => lastSuccess ?? [])
        .sort()
        .at(-1),
    };
  }

  /** Tries the credentials of all accounts now. `tried` is `undefined` where none is needed. */
  tryNow(): Promise<readonly { readonly account: AccountConfig; readonly tried: Tried | undefined }[]> {
    return Promise.all(
      this.#ways.map(async ({ account, upstream }) => ({ account, tried: await upstream.tryNow() })),
    );
  }

  /** Reads all credentials again and retries those that rasa.io refused. */
  reload(): void {
    for (const { upstream } of this.#ways) upstream.reload();
  }

  /** The same, in all processes that share the store. */
  async reloadEverywhere(): Promise<void> {
    this.reload();
    for (const { upstream } of this.#ways) await upstream.orders?.tellReload();
  }

  /**
   * Retires a key in all processes that share the store, or uses it again. Resolves with whether the account
   * has such a key.
   */
  async setKey(name: string, fingerprint: string, is: 'retired' | 'in use'): Promise<boolean> {
    const way = this.#ways.find(({ account }) => account.name === name);
    const orders = way?.upstream.orders;
    if (!orders || !way.upstream.health()?.sets.some((set) => set.fingerprint === fingerprint)) return false;
    await orders.set(fingerprint, is);
    return true;
  }

  /** Abandons calls under way after `graceMs`; what was not confirmed is delivered again later. */
  async close(graceMs: number): Promise<void> {
    await Promise.all(
      this.#ways.map(async ({ upstream, worker, keeping }) => {
        await keeping?.close();
        await worker.stop(graceMs);
        await upstream.close();
      }),
    );
  }
}

function openWay(
  account: AccountConfig,
  { outbox, people, log, ...options }: Omit<DeliveriesOptions, 'onCall'> & Pick<UpstreamOptions, 'onCall'>,
): Way {
  const {
    config,
    database,
    owner,
    besideDelivered,
    besideChanged,
    besideLeftAlone,
    besideSettled,
    keepReceipts,
  } = options;
  const ownLog: Logger = account.isNamed ? log.child({ account: account.name }) : log;
  const upstream = openUpstream({
    ...options,
    account,
    onReload: () => {
      worker.resume();
    },
    log: ownLog,
  });
  const destination = destinationOf(account);
  const { people: source, change } = upstream;
  const finder = new PersonFinder(() => keeping?.readAnew() ?? Promise.resolve(false));
  const worker: DeliveryWorker = new DeliveryWorker({
    database,
    destination,
    outbox,
    owner,
    deliver: upstream.deliver,
    observe: upstream.observe,
    besideSettled,
    keepReceipts,
    besideDelivered: (delivered, call) => [
      ...besideDelivered(delivered, call),
      ...people.learning(destination, delivered.flatMap(learnedOf)),
    ],
    besideChanged: (changed, call) => [
      ...besideChanged(changed, call),
      ...changed.flatMap((one) => learningOf(one, { people, destination, nowMs: call.nowMs })),
    ],
    besideLeftAlone,
    async known(persons) {
      await keeping?.first;
      return people.ofMany(destination, persons);
    },
    changing: change && {
      find: (person, known) => finder.find(person, known),
      change,
    },
    batchSize: config.rasaBatch,
    maxAgeMs: config.outbox.maxAgeMs,
    log: ownLog,
  });
  // Without a list of what has changed, the whole is read each time: not more than once a day.
  const everyMs = config.contactsRefreshMs;
  const keeping =
    source &&
    new PeopleKeeping({
      isRead: async () => (await lastPeopleRead(database, destination)).completeAtMs > 0,
      read: (signal) => readPeople({ database, people, account: destination, source, signal }),
      isMine: () => worker.isDelivering,
      everyMs: everyMs === 'off' || source.hasChanges ? everyMs : Math.max(everyMs, dayMs),
      log: ownLog,
    });
  return { account, upstream, worker, keeping };
}

const dayMs = 24 * 60 * 60_000;
