import type { Contact, Outcome } from '../../outbox/signup.ts';
import { isRasaError, type RasaError } from '../errors.ts';
import type { RasaHttp } from '../http.ts';
import type { KeyRing } from '../key-ring.ts';

/**
 * The part of rasa.io that deliveries need. Methods return outcomes; they never throw because of rasa.io's
 * answers or the network.
 */
export interface Delivery {
  /** Adds or updates persons. Returns one outcome per person, in the same order. */
  addPersons(persons: readonly Contact[], stop: AbortSignal): Promise<readonly Outcome[]>;
}

export interface DeliveryOptions {
  readonly http: RasaHttp;
  readonly keyRing: KeyRing;
}

/**
 * Sends persons one at a time. Once one has to wait, the rest are not sent and get the same outcome: rasa.io
 * is unavailable or asked for a pause.
 */
export async function oneByOne(
  persons: readonly Contact[],
  addOne: (person: Contact) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const person of persons) {
    const last = outcomes.at(-1);
    outcomes.push(last?.is === 'later' ? last : await addOne(person));
  }
  return outcomes;
}

/** The outcome of a person whose call has failed. `refusals` are the statuses that are about the person. */
export function outcomeOf(error: unknown, refusals: readonly number[], stop: AbortSignal): Outcome {
  if (isRasaError(error)) return refusalIn(error, refusals) ?? later(error);
  if (stop.aborted) return { is: 'later', reason: 'the call was aborted', isUnanswered: true };
  throw error;
}

function refusalIn(error: RasaError, refusals: readonly number[]): Outcome | undefined {
  const isAboutPerson = error.code === 'refused' || error.code === 'not_found';
  if (!isAboutPerson || !refusals.includes(error.status)) return undefined;
  return { is: 'refused', reason: error.text ?? error.message };
}

export function later(error: RasaError): Extract<Outcome, { is: 'later' }> {
  const afterMs = 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  return {
    is: 'later',
    reason: error.message,
    ...(afterMs !== undefined && { afterMs }),
    ...(error.code === 'credentials_refused' && { waitsFor: 'credentials' }),
    ...((error.code === 'unreachable' || error.code === 'too_long') && { isUnanswered: true }),
  };
}
