import type { MetricType, Sample } from './open-metrics.ts';

/** What the metrics are read from, when somebody asks. Figures of this process are since its start. */
export interface MetricSigns {
  readonly version: string;
  readonly node: string;
  /** The database: `sqlite` or `postgres`. */
  readonly engine: string;
  readonly health: { readonly status: string; readonly reasons: readonly string[] };
  /** Sign-up requests by outcome: `accepted`, `unconfirmed` or a problem's code. */
  readonly answers: ReadonlyMap<string, number>;
  readonly outbox: {
    readonly waiting: number;
    readonly elsewhere: number;
    readonly deadLetters: number;
    /** When the oldest that waits was accepted, in ms since 1970. */
    readonly oldestMs: number | undefined;
  };
  /** How many may wait. */
  readonly most: number;
  readonly delivery: {
    readonly circuit: 'closed' | 'open';
    readonly isUnreachable: boolean;
    readonly attempts: number;
    readonly delivered: number;
    readonly refused: number;
    readonly leftAlone: number;
    readonly lastSuccess: string | undefined;
  };
  readonly bots: {
    readonly refused: number;
    readonly wouldHaveRefused: number;
    readonly reasons: Readonly<Record<string, number>>;
  };
  readonly accounts: readonly {
    readonly name: string;
    readonly credentials: { readonly is: string } | undefined;
  }[];
  readonly requests: readonly Sample[];
  /** To rasa.io. */
  readonly calls: readonly Sample[];
  readonly process: {
    readonly cpuSeconds: number;
    readonly residentBytes: number;
    readonly startedAtMs: number;
    /** Of the event loop since the last reading: how late timers were, at the 99th percentile. */
    readonly loopDelaySeconds: number;
  };
  readonly nowMs: number;
}

export interface Metric {
  readonly type: MetricType;
  readonly unit?: string;
  /** `npm run docs` writes the table of docs/metrics.md from these texts. */
  readonly about: string;
  readonly labels: readonly string[];
  readonly read: (signs: MetricSigns) => readonly Sample[];
}

const counter = (about: string, value: (signs: MetricSigns) => number): Metric => ({
  type: 'counter',
  about,
  labels: [],
  read: (signs) => [{ value: value(signs) }],
});

const gauge = (about: string, value: (signs: MetricSigns) => number | undefined): Metric => ({
  type: 'gauge',
  about,
  labels: [],
  read: (signs) => [value(signs)].flatMap((found) => (found === undefined ? [] : [{ value: found }])),
});

const labelled = (label: string, counts: Iterable<readonly [string, number]>): readonly Sample[] =>
  [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));

const statuses = ['ok', 'degraded', 'unavailable'];

/**
 * Every metric, by its name without the suffix of its type. The names are public: dashboards and alert rules
 * use them. No label holds an address, a form's contents or anything that a client makes up.
 */
export const metrics: Readonly<Record<string, Metric>> = {
  rasa_signup_build: {
    type: 'info',
    about: 'The version of the proxy and of Node.js, and the database.',
    labels: ['version', 'node', 'engine'],
    read: ({ version, node, engine }) => [{ labels: { version, node, engine }, value: 1 }],
  },
  rasa_signup_health: {
    type: 'gauge',
    about: '1 for the status that `/healthz` answers, 0 for the others.',
    labels: ['status'],
    read: ({ health }) =>
      labelled(
        'status',
        statuses.map((status) => [status, Number(health.status === status)]),
      ),
  },
  rasa_signup_health_reason: {
    type: 'gauge',
    about: '1 for each reason that `/healthz` names now; the others are absent.',
    labels: ['reason'],
    read: ({ health }) =>
      labelled(
        'reason',
        health.reasons.map((reason) => [reason, 1]),
      ),
  },
  rasa_signup_answers: {
    type: 'counter',
    about:
      'Sign-up requests by outcome: `accepted`, `unconfirmed` (a click is asked for), or the code of the refusal.',
    labels: ['outcome'],
    read: ({ answers }) => labelled('outcome', answers),
  },
  rasa_signup_bot_refusals: counter('Sign-ups refused as a robot’s.', ({ bots }) => bots.refused),
  rasa_signup_bot_observations: counter(
    'Sign-ups that `BOT_MODE=enforce` would have refused; counted with `observe` only.',
    ({ bots }) => bots.wouldHaveRefused,
  ),
  rasa_signup_bot_signs: {
    type: 'counter',
    about: 'How often each sign of a robot was found, whether or not it led to a refusal.',
    labels: ['sign'],
    read: ({ bots }) => labelled('sign', Object.entries(bots.reasons)),
  },
  rasa_signup_outbox_waiting: gauge(
    'Sign-ups and contacts that wait for delivery, in the whole database.',
    ({ outbox }) => outbox.waiting,
  ),
  rasa_signup_outbox_elsewhere: gauge(
    'Those that wait for an account or upstream that this proxy does not have.',
    ({ outbox }) => outbox.elsewhere,
  ),
  rasa_signup_outbox_limit: gauge('`OUTBOX_MAX`: at so many the form answers 503.', ({ most }) => most),
  rasa_signup_outbox_oldest_seconds: {
    ...gauge('Age of the oldest that waits; 0 if none waits.', ({ outbox: { oldestMs }, nowMs }) =>
      oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs) / 1000,
    ),
    unit: 'seconds',
  },
  rasa_signup_dead_letters: gauge(
    'Sign-ups that are set aside, in the whole database.',
    ({ outbox }) => outbox.deadLetters,
  ),
  rasa_signup_delivery_attempts: counter(
    'Sign-ups sent to rasa.io, once for each attempt.',
    ({ delivery }) => delivery.attempts,
  ),
  rasa_signup_delivered: counter('Sign-ups that rasa.io confirmed.', ({ delivery }) => delivery.delivered),
  rasa_signup_delivery_refusals: counter(
    'Sign-ups that rasa.io refused; they are set aside.',
    ({ delivery }) => delivery.refused,
  ),
  rasa_signup_left_alone: counter(
    'Contacts that were not sent because of their state at rasa.io, such as unsubscribed.',
    ({ delivery }) => delivery.leftAlone,
  ),
  rasa_signup_delivery_last_success_timestamp_seconds: {
    ...gauge(
      'When rasa.io last confirmed a sign-up, in seconds since 1970; absent before the first.',
      ({ delivery: { lastSuccess } }) =>
        lastSuccess === undefined ? undefined : Date.parse(lastSuccess) / 1000,
    ),
    unit: 'seconds',
  },
  rasa_signup_circuit_open: gauge('1 while deliveries pause after a failure.', ({ delivery }) =>
    Number(delivery.circuit === 'open'),
  ),
  rasa_signup_upstream_unreachable: gauge('1 after several calls in a row got no answer.', ({ delivery }) =>
    Number(delivery.isUnreachable),
  ),
  rasa_signup_credentials_refused: {
    type: 'gauge',
    about: '1 while rasa.io accepts none of the credentials of the account, else 0.',
    labels: ['account'],
    read: ({ accounts }) =>
      labelled(
        'account',
        accounts.flatMap(({ name, credentials }) =>
          credentials ? [[name, Number(credentials.is === 'refused')] as const] : [],
        ),
      ),
  },
  rasa_signup_upstream_call_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    about:
      'Duration of calls to rasa.io of any kind, without the wait for their turn. `status` is `none` where no answer came.',
    labels: ['account', 'status'],
    read: ({ calls }) => calls,
  },
  rasa_signup_http_request_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    about:
      'Duration of requests, from their headers to the end of the answer. Waiting for events counts too.',
    labels: ['method', 'route', 'status'],
    read: ({ requests }) => requests,
  },
  process_cpu_seconds: {
    ...counter('CPU time of the process, user and system.', ({ process }) => process.cpuSeconds),
    unit: 'seconds',
  },
  process_resident_memory_bytes: {
    ...gauge('Memory of the process.', ({ process }) => process.residentBytes),
    unit: 'bytes',
  },
  process_start_time_seconds: {
    ...gauge('When the process started, in seconds since 1970.', ({ process }) => process.startedAtMs / 1000),
    unit: 'seconds',
  },
  nodejs_eventloop_lag_p99_seconds: {
    ...gauge(
      'How late the event loop was since the last reading, at the 99th percentile.',
      ({ process }) => process.loopDelaySeconds,
    ),
    unit: 'seconds',
  },
};
