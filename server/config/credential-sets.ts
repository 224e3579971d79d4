import type { Credentials, CredentialSet } from '../rasa/credentials.ts';
import { ConfigError, createEnvReader, type Env, type EnvReader } from './env.ts';
import { settings } from './settings.ts';

/** The ways to hand a sign-up to rasa.io: two versions of its API, and the sign-up webhook, which takes no key. */
export type RasaApi = 'v1' | 'v2' | 'webhook';

/** What each way cannot do without. The last one is what a set is made for: it has no default in further sets. */
export const required = {
  v1: ['RASA_USERNAME', 'RASA_PASSWORD', 'RASA_API_KEY'],
  v2: ['RASA_CLIENT_ID', 'RASA_CLIENT_SECRET'],
  webhook: ['RASA_SIGNUP_GUID'],
} as const;

/** Of each further set, by its number. */
const suffixes = new Map(Array.from({ length: 8 }, (_, index) => [index + 2, `_${index + 2}`]));

export interface CredentialsFound {
  readonly sets: readonly CredentialSet[];
  /** The files that they stand in, which are watched. */
  readonly files: readonly string[];
}

/** Whether anything is set that belongs to credentials of this kind, so that a forgotten part is not taken for none. */
export function areCredentialsMeant({ isSet }: EnvReader, api: RasaApi): boolean {
  return ['', ...suffixes.values()].some((suffix) => required[api].some((name) => isSet(name + suffix)));
}

/**
 * The credential sets in their order: the one without a number, and up to eight more for rotation, which take from
 * the first what they do not have of their own besides the key. What is wrong is added to the reader's faults.
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
        `${key}${suffix}: found nothing, wanted ${settings[key].wanted}, since ${given}${suffix} is set.`,
      );
    }
    const credentials = readSet(reader, api, suffix, first);
    sets.push({ number, source: reader.source(key + suffix), credentials });
  }
  return sets;
}

/** Reads the credentials once more, as they are now; a ConfigError says what is wrong with them. */
export function rereadCredentials(env: Env, api: 'v1' | 'v2'): CredentialsFound {
  const reader = createEnvReader(env);
  for (const name of required[api]) {
    if (!reader.isSet(name)) reader.faults.push(`${name}: found nothing, wanted ${settings[name].wanted}.`);
  }
  const sets = readCredentialSets(reader, api);
  if (reader.faults.length > 0) throw new ConfigError(reader.faults);
  return { sets, files: reader.files };
}

/** Where a part is missing or wrong there is a fault, and nobody sees the set. */
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
