import { keyOf, type CredentialSet } from '../rasa/credentials.ts';
import { pino } from 'pino';
import { openAccount } from '../accounts/account.ts';
import { destinationOf } from '../config/accounts/destination.ts';
import type { RasaHttp } from '../rasa/http.ts';
import type { Database } from '../store/database.ts';
import { withAnySignal } from '../system/any-signal.ts';
import { tryCredentials, type Tried } from '../rasa/try-credentials.ts';
import type { Outgoing } from '../system/network/outgoing.ts';
import { nameOf, type Setup } from './configuration.ts';
import { fault, fine, note, warning, type Finding } from './finding.ts';

/** Pause between two calls, as between two deliveries. */
const minIntervalMs = 200;
/** For all sets of an account. Where rasa.io has asked everybody to wait, it would be an hour. */
const longestMs = 90_000;
const silent = pino({ level: 'silent' });

export interface CredentialsOptions {
  /** The store, where there is one. */
  readonly database: Database | undefined;
  readonly outgoing: Outgoing;
  readonly fetch?: typeof fetch | undefined;
}

/**
 * Checks which sets rasa.io accepts, and for which account. Tries all of them, one after the other, each call
 * in its turn with those of the proxies that run.
 */
export async function checkCredentials(
  setup: Setup,
  stop: AbortSignal,
  { database, outgoing, fetch: send }: CredentialsOptions,
): Promise<readonly Finding[]> {
  const { accounts, rasaTimeouts } = setup;
  const upstream = accounts[0]?.upstream;
  if (!upstream) return [note('There is no complete set that could be tried.')];
  if (upstream.is === 'sandbox') return [note('The sandbox makes its own.')];
  if (upstream.is === 'webhook') {
    return [note('The webhook takes no key. Whether its GUID is right shows only when somebody signs up.')];
  }
  const findings: Finding[] = [];
  for (const configured of accounts) {
    if (configured.upstream.is !== 'rasa') continue;
    const { baseUrl, sets } = configured.upstream;
    const account = openAccount({
      destination: destinationOf(configured),
      baseUrl,
      outgoing,
      fetch: send,
      timeouts: rasaTimeouts,
      minIntervalMs,
      database,
      owner: 'rasa-signup doctor',
      log: silent,
    });
    const about = configured.isNamed ? `${configured.name}: ` : '';
    try {
      const found = await withAnySignal([stop, AbortSignal.timeout(longestMs)], (either) =>
        checkSets(sets, account.others, either),
      );
      findings.push(...found.map((finding) => ({ ...finding, what: about + finding.what })));
    } finally {
      await account.close();
    }
  }
  return findings;
}

async function checkSets(
  sets: readonly CredentialSet[],
  http: RasaHttp,
  stop: AbortSignal,
): Promise<readonly Finding[]> {
  const trials: Trial[] = [];
  for (const set of sets) {
    trials.push({ set, tried: await tryCredentials(http, set.credentials, stop) });
  }
  const works = trials.some(({ tried }) => tried.is === 'taken');
  return [...trials.flatMap((trial) => findingsOf(trial, works)), ...twins(sets), ...accountsOf(trials)];
}

interface Trial {
  readonly set: CredentialSet;
  readonly tried: Tried;
}

function findingsOf({ set, tried }: Trial, works: boolean): readonly Finding[] {
  const name = nameOf(set);
  switch (tried.is) {
    case 'taken':
      return [
        fine(`${name}: rasa.io takes it.`),
        ...(tried.isTokenEnded
          ? []
          : [note('Its token for this could not be deleted; it expires by itself, within about an hour.')]),
      ];
    case 'refused':
      return [
        (works ? warning : fault)(
          `${name}: rasa.io refuses it (${tried.status}).`,
          'Make a key at rasa.io (Settings → API Keys) and put it there, or see whether user name and password are ' +
            'right; docs/rotating-keys.md tells how no sign-up is lost.',
        ),
      ];
    case 'unknown':
      return [
        (works ? warning : fault)(
          `${name}: it could not be tried, ${tried.reason}.`,
          'Run the doctor again once rasa.io answers.',
        ),
      ];
  }
}

function twins(sets: readonly CredentialSet[]): readonly Finding[] {
  return sets.flatMap((set, index) => {
    const first = sets
      .slice(0, index)
      .find((other) => keyOf(other.credentials).equals(keyOf(set.credentials)));
    return first
      ? [
          warning(
            `Sets ${first.number} and ${set.number} have the same key, so that both fall with it.`,
            `Give set ${set.number} a key of its own.`,
          ),
        ]
      : [];
  });
}

function accountsOf(trials: readonly Trial[]): readonly Finding[] {
  const found = trials.flatMap(({ set, tried }) =>
    tried.is === 'taken' ? tried.accounts.map((account) => ({ ...account, number: set.number })) : [],
  );
  const ids = [...new Set(found.map(({ id }) => id))];
  return [
    ...ids.map((id) => {
      const of = found.filter((account) => account.id === id);
      const sets = of.map(({ number }) => number).join(', ');
      return note(`Account ${JSON.stringify(of[0]?.name ?? '')}, id ${id} (set ${sets}).`);
    }),
    ...(new Set(trials.map(({ tried }) => idsOf(tried))).size > 1 && ids.length > 1
      ? [
          warning(
            'The sets are of different accounts: who signs up while another set is used lands elsewhere.',
            'Use keys of one account.',
          ),
        ]
      : []),
  ];
}

function idsOf(tried: Tried): string | undefined {
  return tried.is === 'taken' ? tried.accounts.map(({ id }) => id).join() : undefined;
}
