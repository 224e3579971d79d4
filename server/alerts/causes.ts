import type { KeysAre } from '../events/credentials.ts';
import { Paced } from '../operator/paced.ts';
import { backlogOf, readSurvival, readWaiting, type Waiting } from '../operator/standing.ts';
import {
  judge,
  stuckAfterMs,
  type AccountStanding,
  type Cause,
  type OperatorState,
} from '../operator/verdict.ts';
import type { Destination } from '../outbox/signup.ts';
import { sameSql, type Database } from '../store/database.ts';

/** Something that is wrong, as the operator page says it too. */
export interface Alert extends Pick<Cause, 'id' | 'what' | 'remedy'> {
  /** Of what there can be more: `undefined` where it is wrong or it is not. */
  readonly count?: number;
}

export interface Found {
  readonly alerts: readonly Alert[];
  /** Ids of what cannot be known at the moment: it goes on as it was. */
  readonly unknown: readonly string[];
}

export interface CausesOptions {
  readonly database: Pick<Database, 'read' | 'write' | 'keyIds'>;
  /** Of each account, by its name. */
  readonly destinations: ReadonlyMap<string, Destination>;
  /** Whether rasa.io takes the credentials of each account, as the processes have noted it. */
  readonly readStates: () => Promise<ReadonlyMap<string, KeysAre>>;
  /** Only of what does not keep the store from being written. */
  readonly isOutboxFull: () => boolean;
  readonly now?: () => number;
}

/** What was archived is compared once a day; it is not worth looking more often. */
const survivalEveryMs = 5 * 60_000;

/** A receiver that is moved or restarted is back by then. */
const webhookFailsForMs = 60 * 60_000;

/** Reads what is wrong, for all processes that share the store, and judges it as the operator page does. */
export class Causes {
  readonly #options: CausesOptions;
  readonly #now: () => number;
  readonly #waiting: Paced<Waiting>;
  readonly #survival: Paced<OperatorState['survival']>;

  constructor(options: CausesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { database, destinations } = options;
    const now = this.#now;
    this.#waiting = new Paced({ read: () => readWaiting(database), leastPauseMs: 0, now });
    this.#survival = new Paced({
      read: () => readSurvival(database, destinations, now()),
      leastPauseMs: survivalEveryMs,
      now,
    });
  }

  async read(): Promise<Found> {
    const { destinations, readStates, isOutboxFull } = this.#options;
    const nowMs = this.#now();
    const states = await readStates();
    const accounts = [...destinations.keys()].map((name) => ({
      name,
      ...standingOf(states.get(name)),
      // Only the process that delivers knows; that sign-ups wait is what counts.
      isUnreachable: false,
    }));
    const [waiting, letters, survival, webhooks] = await Promise.all([
      this.#waiting.get(),
      this.#deadLetters(),
      this.#survival.get(),
      this.#webhooks(nowMs),
    ]);
    const backlog = backlogOf(waiting, destinations, accounts);
    const { causes } = judge({
      nowMs,
      storeFault: isOutboxFull() ? 'outbox_full' : undefined,
      delivered: 0,
      setAside: 0,
      unreadable: letters.unreadable,
      // Another proxy may have the account, and delivers within moments.
      accounts: backlog.accounts.filter(
        ({ isGone, oldestMs = nowMs }) => !isGone || nowMs - oldestMs > stuckAfterMs,
      ),
      refused: [],
      survival,
    });
    return {
      alerts: [
        ...causes.map((cause) =>
          withCount(cause, { survival: survival.archived, unreadable: letters.unreadable }),
        ),
        ...letters.byCode.map(([code, count]) => deadLetterAlert(code, count)),
        ...webhooks.alerts,
      ],
      unknown: [
        ...accounts
          .filter(({ credentials }) => credentials === undefined)
          .map(({ name }) => `credentials ${name}`),
        ...webhooks.unknown,
      ],
    };
  }

  async #deadLetters() {
    const { database } = this.#options;
    const rows = await database.read({
      sql: sameSql('select reason, key_id, count(*) as n from dead_letters group by reason, key_id'),
    });
    const byCode = new Map<string, number>();
    let unreadable = 0;
    for (const { reason, key_id: keyId, n } of rows) {
      if (!database.keyIds.includes(String(keyId))) unreadable += Number(n);
      byCode.set(String(reason), (byCode.get(String(reason)) ?? 0) + Number(n));
    }
    return { byCode: [...byCode], unreadable };
  }

  /**
   * Endpoints of `webhooks add` that get nothing, and not only while they restart. One that fails for less
   * than that may have failed before, with another event.
   */
  async #webhooks(nowMs: number): Promise<Found> {
    const { database } = this.#options;
    const rows = await database.read({
      sql: sameSql('select id, state, reason, failing_since, key_id from webhooks order by id'),
    });
    const alerts: Alert[] = [];
    const unknown: string[] = [];
    for (const { id, state, reason, failing_since: since, key_id: keyId } of rows) {
      if (state === 'disabled') alerts.push(disabledAlert(String(id), String(reason)));
      else if (!database.keyIds.includes(String(keyId))) alerts.push(sealedAlert(String(id)));
      else if (Number(since) > 0 && Number(since) < nowMs - webhookFailsForMs) {
        alerts.push(failingAlert(String(id)));
      } else if (Number(since) > 0) unknown.push(webhookId(String(id)));
    }
    return { alerts, unknown };
  }
}

function standingOf(keys: KeysAre | undefined): Pick<AccountStanding, 'credentials' | 'areKeysRetired'> {
  const areKeysRetired = keys === 'retired';
  return { credentials: areKeysRetired ? 'refused' : keys, areKeysRetired };
}

const why: Readonly<Record<string, string>> = {
  refused: 'rasa.io refused',
  too_old: 'OUTBOX_MAX_AGE ended for',
  damaged: 'The database cannot give back',
};

function webhookId(id: string): string {
  return `webhook ${id}`;
}

function disabledAlert(id: string, reason: string): Alert {
  return {
    id: webhookId(id),
    what: `The webhook ${id} is disabled: ${reason}`,
    remedy:
      `Nothing more is sent to it. When it wants events again: \`rasa-signup webhooks replay ${id} --since 3d\`; ` +
      `otherwise \`rasa-signup webhooks remove ${id}\`.`,
  };
}

function sealedAlert(id: string): Alert {
  return {
    id: webhookId(id),
    what: `The webhook ${id} cannot be opened: the key that it is sealed with is not given`,
    remedy:
      'Events wait for it, for 30 days at most. Give the earlier key as OUTBOX_KEY_PREVIOUS, ' +
      `or remove it (\`rasa-signup webhooks remove ${id}\`) and add it again.`,
  };
}

function failingAlert(id: string): Alert {
  return {
    id: webhookId(id),
    what: `The webhook ${id} has taken no event for an hour`,
    remedy:
      'Each event is tried for three days, and the others wait behind it. ' +
      `\`rasa-signup webhooks log ${id}\` shows what it answers.`,
  };
}

function withCount(cause: Alert, counts: Readonly<Record<string, number>>): Alert {
  const count = counts[cause.id];
  return count === undefined ? cause : { ...cause, count };
}

function deadLetterAlert(code: string, count: number): Alert {
  const signups = count === 1 ? '1 sign-up' : `${count.toLocaleString('en')} sign-ups`;
  return {
    id: `dead_letters ${code}`,
    count,
    what: `${why[code] ?? `Set aside (${code}):`} ${signups}`,
    remedy:
      'They are set aside until you decide. `rasa-signup outbox list` shows them; `outbox replay` sends them again, ' +
      '`outbox purge` deletes them. You are told of more, and when none is left.',
  };
}
