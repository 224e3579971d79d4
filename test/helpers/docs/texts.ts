import type { HealthReason } from '../../../server/routes/health.ts';

/** The reasons that `GET /healthz` and `GET /readyz` give. */
export const healthTexts: Readonly<Record<HealthReason, readonly [status: string, about: string]>> = {
  store: [
    'unavailable',
    'The database takes no writes: it is locked, damaged, read-only, away or does not answer. The log has the reason.',
  ],
  disk: ['unavailable', 'No space is left on the disk of the database.'],
  outbox_full: ['unavailable', 'As many sign-ups wait as `OUTBOX_MAX` allows.'],
  credentials: [
    'degraded',
    'rasa.io accepts none of the credentials; see [Rotating keys](rotating-keys.md).',
  ],
  upstream_unreachable: ['degraded', 'The last three calls or more to rasa.io got no answer.'],
  oldest_waiting: ['degraded', 'Sign-ups of several people have waited for more than an hour.'],
  log: ['degraded', 'Lines of the log cannot be written: a full disk, or a reader that is gone.'],
};

/**
 * The test addresses (`<name>@sandbox.test`), and what the form shows for each. A test sends each of them.
 */
export const testAddresses: readonly (readonly [name: string, about: string])[] = [
  ['accepted', 'The thank-you message, no matter how often it is sent.'],
  ['slow', 'The same, after four seconds.'],
  ['invalid', 'That the address is malformed.'],
  ['disposable', 'That disposable addresses are not accepted.'],
  ['refused', 'That the request was taken for a robot’s.'],
  ['limited', 'That there are too many sign-ups (`Retry-After: 60`).'],
  ['unavailable', 'That no sign-ups can be stored at the moment.'],
  ['broken', 'That something went wrong.'],
];
