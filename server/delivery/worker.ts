import type { Logger } from 'pino';
import { Acknowledgements, type AcknowledgementsOptions } from '../outbox/acknowledgements.ts';
import { Claims, isAny, type Claim } from '../outbox/claims.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { heldForMs } from '../outbox/pauses.ts';
import type { Contact, Outcome } from '../outbox/signup.ts';
import { Leases, type Held } from '../store/leases.ts';
import { Circuit } from './circuit.ts';
import { DeliveryCall, type Changing, newRecord, type DeliveryStats, type Known } from './delivery-call.ts';
import { LeaseKeeper } from '../store/leasing/lease-keeper.ts';
import { Settling } from './settling.ts';
import { Sleeper } from '../store/leasing/sleeper.ts';
import { Tidying } from './tidying.ts';

export interface DeliveryWorkerOptions extends AcknowledgementsOptions {
  readonly outbox: Pick<Outbox, 'counts' | 'noteSettled'>;
  readonly deliver: (persons: readonly Contact[], stop: AbortSignal) => Promise<readonly Outcome[]>;
  /** Called about once a second while another process delivers. Never rejects. */
  readonly observe?: () => Promise<void>;
  /** What is known of persons at rasa.io; by default nothing. */
  readonly known?: Known | undefined;
  readonly changing?: Changing | undefined;
  readonly log: Logger;
  /** Names this process to people. */
  readonly owner: string;
  readonly batchSize?: number;
  /** Between two looks when nothing is due and nobody wakes it. */
  readonly lookEveryMs?: number;
  /** Older ones are set aside unsent; by default none is. */
  readonly maxAgeMs?: number | undefined;
  readonly monotonicMs?: () => number;
  readonly random?: () => number;
}

const defaultLookEveryMs = 1000;
/** After an error of the store. */
const retryMs = 1000;

/**
 * Carries what waits in the outbox to rasa.io: in batches, one call at a time, at the pace of the account's
 * gate. Of all processes that share the store one does so for an account, by a lease; another takes over
 * within 15 seconds when that one dies. What was never tried, what is tried again and what goes alone are
 * calls of their own, by turns, so that what always fails holds nobody up (see `Circuit`). Nothing is given
 * up for the number of its attempts. What became of a call is written down before the next one is made,
 * however often that has to be tried.
 */
export class DeliveryWorker {
  readonly #options: DeliveryWorkerOptions;
  readonly #claims: Claims;
  readonly #acknowledgements: Acknowledgements;
  readonly #circuit: Circuit;
  readonly #lease: LeaseKeeper;
  readonly #settling: Settling;
  readonly #sleeper = new Sleeper();
  readonly #tidying: Tidying;
  readonly #now: () => number;
  readonly #monotonicMs: () => number;
  readonly #record = newRecord();
  readonly #running: Promise<void>;
  readonly #lookEveryMs: number;
  /** Of the lease, and of the signals that something was added. */
  readonly #name: string;
  readonly #stopListening: () => void;
  /** The holding whose pause was read. */
  #epoch: number | undefined;
  #isStopping = false;
  #call: DeliveryCall | undefined;

  constructor(options: DeliveryWorkerOptions) {
    const { database, destination, owner, log, now = Date.now, random = Math.random } = options;
    this.#options = options;
    this.#now = now;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#tidying = new Tidying({ database, monotonicMs: this.#monotonicMs });
    this.#lookEveryMs = options.lookEveryMs ?? defaultLookEveryMs;
    this.#name = `deliver ${destination.upstream} ${destination.account}`;
    this.#claims = new Claims({ database, destination, now });
    this.#acknowledgements = new Acknowledgements(options);
    this.#circuit = new Circuit({ monotonicMs: this.#monotonicMs, random });
    this.#lease = new LeaseKeeper({
      leases: new Leases({ database, owner }),
      name: this.#name,
      onChange: () => {
        if (!this.#lease.held) this.#call?.abandon();
        this.#sleeper.wake('lease');
      },
      log,
    });
    this.#settling = new Settling({
      acknowledgements: this.#acknowledgements,
      lease: this.#lease,
      sleeper: this.#sleeper,
      onSettled: (counts) => {
        if (counts.gone > 0) this.#tidying.noteGone();
        options.outbox.noteSettled(counts);
      },
      log,
    });
    this.#stopListening = database.onSignal((topic) => {
      if (topic === this.#name) this.#sleeper.wake('added');
    });
    this.#running = this.#run();
  }

  /**
   * Says that something was added, so that it is carried now and not at the next look, by the process that
   * delivers.
   */
  wake(): void {
    this.#sleeper.wake('added');
    if (!this.#lease.held) this.#options.database.signal(this.#name);
  }

  /** Says that the credentials are other ones, so that what waits for them is tried now. */
  resume(): void {
    this.#circuit.resume();
    this.#call?.noteOtherCredentials();
    this.#sleeper.wake('resumed');
  }

  stats(): DeliveryStats {
    const { lastSuccessMs, ...counted } = this.#record;
    return {
      ...counted,
      circuit: this.#circuit.isOpen ? 'open' : 'closed',
      isUnreachable: this.#circuit.isUnreachable,
      pausedForMs: this.#circuit.pausedForMs,
      lastSuccess: lastSuccessMs === undefined ? undefined : new Date(lastSuccessMs).toISOString(),
    };
  }

  /** Whether this process delivers to the account. */
  get isDelivering(): boolean {
    return this.#lease.held !== undefined;
  }

  /** Abandons the call under way after `graceMs`; what was not confirmed is delivered again later. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#stopListening();
    this.#sleeper.wake('stopping');
    const grace = setTimeout(() => this.#call?.abandon(), graceMs);
    await this.#running;
    clearTimeout(grace);
    await this.#lease.stop();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#turn();
      } catch (error) {
        this.#options.log.error(
          { err: error },
          'The outbox cannot be used; the delivery worker tries again.',
        );
        await this.#sleeper.sleep(retryMs, ['stopping']);
      }
    }
  }

  async #turn(): Promise<void> {
    this.#sleeper.forget('lease');
    const { held } = this.#lease;
    if (!held) {
      await this.#options.observe?.();
      await this.#sleeper.sleep(this.#lookEveryMs, ['stopping', 'lease']);
      return;
    }
    if (this.#epoch !== held.epoch) {
      this.#settling.drop();
      this.#circuit.take(await this.#acknowledgements.pause());
      this.#epoch = held.epoch;
      // Which forms failed is not known here.
      await this.#settling.save(held, { acknowledgements: [], released: 'all' });
    }
    if (this.#settling.isPending) {
      await this.#settling.again(held);
      return;
    }
    this.#sleeper.forget('resumed');
    if (this.#circuit.pausedForMs > 0) {
      await this.#sleeper.sleep(this.#circuit.pausedForMs, ['stopping', 'resumed', 'lease']);
      return;
    }
    // From here on a wake counts, or what is added while we look would wait for the next look.
    this.#sleeper.forget('added');
    if (!(await this.#deliverDue(held))) await this.#rest();
  }

  /** Whether there was anything to do. */
  async #deliverDue(held: Held): Promise<boolean> {
    const { batchSize = 25 } = this.#options;
    const { failures, failing } = this.#circuit;
    if (this.#circuit.isOpen) {
      const probe = await this.#claims.probe(failing, failures % 2 === 1 ? 'fresh' : 'tried');
      await this.#setAsideDamaged(held, probe);
      await this.#carry(held, probe, 'alone', 'together');
      return isAny(probe);
    }
    const claim = await this.#claims.claim(batchSize, failing);
    await this.#setAsideDamaged(held, claim);
    if (claim.held.length > 0) {
      const dueMs = this.#now() + heldForMs;
      await this.#settling.save(held, { acknowledgements: [], held: { waiting: claim.held, dueMs } });
    }
    await this.#carry(held, claim, 'fresh', 'together');
    await this.#carry(held, claim, 'retries', 'together');
    const { mayTryAlone } = this.#circuit;
    if (mayTryAlone) await this.#carry(held, claim, 'alone', 'alone');
    const form = this.#circuit.formToTry();
    if (form === undefined) return isAny(mayTryAlone ? claim : { ...claim, alone: [] });
    const probe = await this.#claims.probeForm(form);
    if (!isAny(probe)) this.#circuit.forgetForm(form);
    await this.#setAsideDamaged(held, probe);
    await this.#carry(held, probe, 'alone', 'form');
    return true;
  }

  /** Hands some of a claim to rasa.io, unless a call before it in this turn has opened the circuit. */
  async #carry(
    held: Held,
    claim: Claim,
    list: 'fresh' | 'retries' | 'alone',
    as: 'together' | 'alone' | 'form',
  ) {
    const batch = claim[list];
    if (batch.length === 0 || this.#circuit.pausedForMs > 0 || this.#isStopping || this.#settling.isPending)
      return;
    if (!this.#holds(held)) return;
    const call = new DeliveryCall({ ...this.#options, batch, as, now: this.#now });
    this.#call = call;
    const before = this.#circuit.failures;
    const settled = await call.run(this.#circuit, this.#record);
    this.#call = undefined;
    // Abandoned for want of the lease: what became of it is for the one who has it.
    if (this.#holds(held)) await this.#settling.save(held, settled);
    call.report(before, this.#circuit);
  }

  #holds({ epoch }: Held): boolean {
    return this.#lease.held?.epoch === epoch;
  }

  async #setAsideDamaged(held: Held, { damaged }: Claim): Promise<void> {
    if (damaged.length === 0) return;
    this.#options.log.error({ ids: damaged }, 'Sign-ups are damaged and cannot be read; they are set aside.');
    await this.#settling.save(held, { acknowledgements: [], damaged });
  }

  async #rest(): Promise<void> {
    await this.#tidying.rest(this.#options.outbox.counts().waiting);
    await this.#sleeper.sleep(this.#lookEveryMs, ['stopping', 'added', 'lease']);
  }
}
