import type { Logger } from 'pino';
import type { Acknowledgement, SettleOptions } from '../outbox/acknowledgements.ts';
import type { Waiting } from '../outbox/rows.ts';
import { redacted, type Contact, type Outcome, type StickyState } from '../outbox/signup.ts';
import type { KnownPerson } from '../accounts/people.ts';
import type { ChangePerson } from '../rasa/delivery/changes.ts';
import { isLater, type Call, type Circuit, type Later } from './circuit.ts';
import { sortByState, unsent, type FindPerson, type Sorted } from './sticky.ts';

/** Counters since the start of the process. */
export interface DeliveryStats {
  readonly circuit: 'closed' | 'open';
  /** Several calls in a row got no answer. */
  readonly isUnreachable: boolean;
  /** How long nothing is sent from now, in ms. */
  readonly pausedForMs: number;
  /** Sign-ups sent to rasa.io, counted once per attempt. */
  readonly attempts: number;
  readonly delivered: number;
  readonly refused: number;
  /** Not sent, because of their state at rasa.io. */
  readonly leftAlone: number;
  /** ISO 8601, UTC. */
  readonly lastSuccess: string | undefined;
}

/** What has been done since the start. */
export interface DeliveryRecord {
  attempts: number;
  delivered: number;
  refused: number;
  leftAlone: number;
  lastSuccessMs: number | undefined;
}

export function newRecord(): DeliveryRecord {
  return { attempts: 0, delivered: 0, refused: 0, leftAlone: 0, lastSuccessMs: undefined };
}

export type Known = (persons: readonly Uint8Array[]) => Promise<readonly (KnownPerson | undefined)[]>;

/** How contacts that were sent before are changed. */
export interface Changing {
  readonly find: FindPerson;
  readonly change: ChangePerson;
}

export interface DeliveryCallOptions {
  readonly batch: readonly Waiting[];
  readonly as: Call['as'];
  readonly deliver: (persons: readonly Contact[], stop: AbortSignal) => Promise<readonly Outcome[]>;
  /** What is known of these persons, in their order; by default nothing. */
  readonly known?: Known | undefined;
  /** `undefined` where the destination takes no changes. */
  readonly changing?: Changing | undefined;
  readonly maxAgeMs?: number | undefined;
  readonly now: () => number;
  readonly log: Logger;
}

type Due = Extract<Sorted, { readonly is: 'send' | 'change' }>;

const bug: Outcome = { is: 'later', reason: 'a bug' };

/**
 * One batch on its way to rasa.io: what is too old is set aside unsent, the rest is sent, and what becomes of
 * it.
 */
export class DeliveryCall {
  readonly #options: DeliveryCallOptions;
  readonly #stop = new AbortController();
  #areOtherCredentials = false;
  #outcomes: readonly Outcome[] = [];
  #tooOld = 0;
  #leftAlone: readonly { readonly id: string; readonly form: string; readonly state: StickyState }[] = [];
  readonly #refused: { readonly id: string; readonly form: string; readonly reason: string }[] = [];

  constructor(options: DeliveryCallOptions) {
    this.#options = options;
  }

  abandon(): void {
    this.#stop.abort();
  }

  noteOtherCredentials(): void {
    this.#areOtherCredentials = true;
  }

  async run(circuit: Circuit, record: DeliveryRecord): Promise<Omit<SettleOptions, 'fence'>> {
    const { batch, as, now } = this.#options;
    const old = batch.filter((waiting) => this.#isTooOld(waiting));
    const sorted = await this.#sort(batch.filter((waiting) => !this.#isTooOld(waiting)));
    const due = sorted.filter((one) => one.is === 'send' || one.is === 'change');
    const left = sorted.filter((one) => one.is === 'leave');
    this.#leftAlone = left.map(({ waiting: { signup }, state }) => ({
      id: signup.id,
      form: signup.form,
      state,
    }));
    record.leftAlone += left.length;
    this.#tooOld = old.length;
    record.refused += old.length;
    const acknowledgements: Acknowledgement[] = old.map((waiting) => ({
      waiting,
      is: 'refused',
      code: 'too_old',
      reason: 'It waited for longer than OUTBOX_MAX_AGE.',
    }));
    for (const one of sorted) {
      const acknowledgement = unsent(one, now());
      if (acknowledgement) this.#add(acknowledgements, acknowledgement, record);
    }
    if (due.length === 0) return { acknowledgements };

    record.attempts += due.length;
    const before = circuit.failures;
    this.#outcomes = await this.#attempt(due);
    // Cut short by ourselves: that says nothing about rasa.io, nor about those who were to be sent.
    const isAbandoned = this.#stop.signal.aborted;
    if (!isAbandoned) {
      const forms = due.map(({ waiting }) => waiting.signup.form);
      circuit.note({ forms, outcomes: this.#outcomes, as }, this.#areOtherCredentials);
    }
    due.forEach(({ waiting }, index) => {
      const outcome = this.#outcomes[index] ?? bug;
      const acknowledgement = this.#acknowledgement(waiting, outcome, {
        circuit,
        isAbandoned,
        count: due.length,
      });
      if (acknowledgement) this.#add(acknowledgements, acknowledgement, record);
    });
    const reason = this.#outcomes.find(isLater)?.reason ?? '';
    const hasChanged = circuit.failures > 0 || before > 0;
    const released = circuit.recovered(due.map(({ waiting }) => waiting.signup.form));
    return {
      acknowledgements,
      ...(released.length > 0 && { released }),
      ...(hasChanged && { pause: circuit.pauseAt(now(), reason) }),
    };
  }

  #add(to: Acknowledgement[], acknowledgement: Acknowledgement, record: DeliveryRecord): void {
    to.push(acknowledgement);
    const { id, form, contact } = acknowledgement.waiting.signup;
    if (acknowledgement.is === 'delivered') {
      record.delivered++;
      record.lastSuccessMs = this.#options.now();
    }
    if (acknowledgement.is === 'refused') {
      this.#refused.push({ id, form, reason: redacted(acknowledgement.reason, contact) });
      record.refused++;
    }
  }

  /**
   * One line when the circuit opens, one when it closes, and one for each that was refused; never an
   * address.
   */
  report(failuresBefore: number, { failures, pausedForMs }: Circuit): void {
    const { log, now } = this.#options;
    if (this.#tooOld > 0) {
      const remedy = 'rasa-signup outbox list shows them; rasa-signup outbox replay sends them all the same';
      log.warn(
        { count: this.#tooOld, remedy },
        'Sign-ups are older than OUTBOX_MAX_AGE; they are set aside.',
      );
    }
    if (this.#leftAlone.length > 0) {
      log.info(
        { contacts: this.#leftAlone },
        'Contacts are left as they are at rasa.io: they unsubscribed, bounced, complained or were archived.',
      );
    }
    for (const { id, form, reason } of this.#refused) {
      const remedy = `rasa-signup outbox show ${id}; once the reason is gone, rasa-signup outbox replay ${id}`;
      log.warn({ id, form, reason, remedy }, 'rasa.io refused a sign-up; it is set aside.');
    }
    if (failuresBefore === 0 && failures > 0) {
      const reason = this.#outcomes.find(isLater)?.reason;
      const until = new Date(now() + pausedForMs).toISOString();
      log.warn({ reason, until }, 'rasa.io does not take sign-ups now; they wait.');
    }
    if (failuresBefore > 0 && failures === 0) {
      log.info({ failures: failuresBefore }, 'rasa.io takes sign-ups again.');
    }
  }

  async #sort(batch: readonly Waiting[]): Promise<readonly Sorted[]> {
    if (batch.length === 0) return [];
    const { known: readKnown, changing } = this.#options;
    const known = await readKnown?.(batch.map(({ person }) => person));
    return batch.map((waiting, index) => sortByState(waiting, known?.[index], changing?.find));
  }

  async #attempt(due: readonly Due[]): Promise<readonly Outcome[]> {
    try {
      const added = due.filter((one) => one.is === 'send');
      const persons = added.map(({ waiting }) => waiting.signup.contact);
      const sent = persons.length > 0 ? await this.#options.deliver(persons, this.#stop.signal) : [];
      const outcomes = new Map<Due, Outcome>(added.map((one, index) => [one, sent[index] ?? bug]));
      let waits = sent.find(isLater);
      for (const one of due) {
        if (one.is === 'send') continue;
        const outcome: Outcome = waits ?? (await this.#change(one));
        outcomes.set(one, outcome);
        // One that has to wait holds up the rest: rasa.io is away, or asks for a pause.
        if (isLater(outcome)) waits = outcome;
      }
      return due.map((one) => outcomes.get(one) ?? bug);
    } catch (error) {
      this.#options.log.error({ err: error }, 'A delivery met a bug; its sign-ups wait.');
      return due.map(() => bug);
    }
  }

  async #change({ waiting, change, rasaId }: Extract<Due, { readonly is: 'change' }>): Promise<Outcome> {
    const { email: _none, ...fields } = waiting.signup.contact;
    const made = this.#options.changing?.change({ kind: change.kind, id: rasaId, fields }, this.#stop.signal);
    return (await made) ?? bug;
  }

  /** `undefined` leaves a sign-up in its place, as if it had not been tried. */
  #acknowledgement(
    waiting: Waiting,
    outcome: Outcome,
    call: { readonly circuit: Circuit; readonly isAbandoned: boolean; readonly count: number },
  ): Acknowledgement | undefined {
    switch (outcome.is) {
      case 'delivered':
        return { waiting, is: 'delivered', contactId: outcome.contactId };
      case 'refused':
        return { waiting, is: 'refused', code: 'refused', reason: outcome.reason };
      case 'later':
        if (call.isAbandoned || this.#isAccountsFault(outcome, call.count)) return undefined;
        return {
          waiting,
          is: 'later',
          // Who failed alone, or twice with others, takes nobody along again.
          lane: call.count === 1 || waiting.attempts > 0 ? 'alone' : 'retry',
          dueMs: this.#options.now() + call.circuit.retryAfterMs(waiting.attempts, outcome),
        };
    }
  }

  /**
   * Credentials, or a pause that was asked for: the whole account waits. One alone must make way for others,
   * though.
   */
  #isAccountsFault({ waitsFor, afterMs }: Later, count: number): boolean {
    return waitsFor !== undefined || ((afterMs ?? 0) > 0 && count > 1);
  }

  #isTooOld({ sinceMs }: Waiting): boolean {
    const { maxAgeMs, now } = this.#options;
    return maxAgeMs !== undefined && now() - sinceMs > maxAgeMs;
  }
}
