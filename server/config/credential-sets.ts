import type { Credentials, CredentialSet } from '../rasa/credentials.ts';
import { ConfigError, createEnvReader, type Env, type EnvReader } from './env.ts';
import { settings } from './settings.ts';

/**
 * The ways to send a sign-up to rasa.io: two versions of its API, and the sign-up webhook,
 * which needs no key.
 */
export type RasaApi = 'v1' | 'v2' | 'webhook';

/**
 * The variables that each way requires. The last one defines a credential set: further sets
 * do not inherit it.
 */
export const required = {
  v1: ['RASA_USERNAME', 'RASA_PASSWORD', 'RASA_API_KEY'],
  v2: ['RASA_CLIENT_ID', 'RASA_CLIENT_SECRET'],
  webhook: ['RASA_SIGNUP_GUID'],
} as const;

/** The variable suffix of each further set, by set number (2 to 9). */
const suffixes = new Map(Array.from({ length: 8 }, (_, index) => [index + 2, `_${index + 2}`]));

export interface CredentialsFound {
  readonly sets: readonly CredentialSet[];
  /** The files that the credentials were read from. They are watched for changes. */
  readonly files: readonly string[];
}

/**
 * Whether any variable for credentials of this kind is set. Incomplete credentials are then reported as a
 * fault instead of being treated as none.
 */
export function areCredentialsMeant({ isSet }: EnvReader, api: RasaApi): boolean {
  return ['', ...suffixes.values()].some((suffix) => required[api].some((name) => isSet(name + suffix)));
}

/**
 * Reads the credential sets in order: the set without a number, then up to eight numbered sets for rotation.
 * A numbered set inherits from the first whatever it does not define, except the key. Faults are added to
 * `reader.faults`.
 */
export function readCredentialSets(reader: EnvReader, api: 'v1' | 'v2'): readonly CredentialSet[] {
  const names = required[api];
  const key = api === 'v1' ? 'RASA_API_KEY' : 'RASA_CLIENT_SECRET';
  const first = readSet(reader, api, '');
  const sets: CredentialSet[] = [{ number: 1, source: reader.source(key), credentials: first }];
  for (const [number, suffix] of suffixes) {
    const given = names.find((name) => reader.isSet(name + suffix));
    if (given === undefined) continue;
    if (!reader.isSet(key + suffix)) {
      reader.faults.push(
        `${reader.variable(key + suffix)}: found nothing, wanted ${settings[key].wanted}, since ${reader.variable(given + suffix)} is set.`,
      );
    }
    const credentials = readSet(reader, api, suffix, first);
    sets.push({ number, source: reader.source(key + suffix), credentials });
  }
  return sets;
}

/**
 * Reads the credentials again from the current environment; those of an account, or of the one without a
 * name. Throws a ConfigError that lists every fault.
 */
export function rereadCredentials(env: Env, api: 'v1' | 'v2', account: string | undefined): CredentialsFound {
  const all = createEnvReader(env);
  const reader = account === undefined ? all : all.forAccount(account);
  for (const name of required[api]) {
    if (reader.isSet(name)) continue;
    reader.faults.push(`${reader.variable(name)}: found nothing, wanted ${settings[name].wanted}.`);
  }
  const sets = readCredentialSets(reader, api);
  if (reader.faults.length > 0) throw new ConfigError(reader.faults);
  return { sets, files: reader.files };
}

/** Reads one set. A missing or wrong part adds a fault; the caller must then discard the set. */
function readSet(
  { read, isSet }: EnvReader,
  api: 'v1' | 'v2',
  suffix: string,
  first?: Credentials,
): Credentials {
  const own = <N extends 'RASA_USERNAME' | 'RASA_PASSWORD' | 'RASA_CLIENT_ID' | 'RASA_ACCOUNT_GUID', T>(
    name: N,
    fallback: T,
  ) => (first && !isSet(name + suffix) ? fallback : read(name, suffix));
  const v1 = first?.api === 'v1' ? first : undefined;
  const v2 = first?.api === 'v2' ? first : undefined;
  const credentials =
    api === 'v1'
      ? {
          api,
          username: own('RASA_USERNAME', v1?.username),
          password: own('RASA_PASSWORD', v1?.password),
          apiKey: read('RASA_API_KEY', suffix),
        }
      : {
          api,
          clientId: own('RASA_CLIENT_ID', v2?.clientId),
          clientSecret: read('RASA_CLIENT_SECRET', suffix),
          accountGuid: own('RASA_ACCOUNT_GUID', v2?.accountGuid),
        };
  return credentials as Credentials;
}
