import {
  ConfigError,
  readConfig,
  type Config,
  type RasaUpstream,
  type WebhookUpstream,
} from '../config/config.ts';
import { areCredentialsMeant, readCredentialSets } from '../config/credential-sets.ts';
import {
  createEnvReader,
  type Env,
  type EnvReader,
  type SettingName,
  type SettingValue,
} from '../config/env.ts';
import { settings } from '../config/settings.ts';
import { keyOf, type CredentialSet } from '../rasa/credentials.ts';
import { fault, fine, note, warning, type Finding } from './finding.ts';

/** As much of the configuration as can be used, whatever is wrong with the rest. */
export interface Setup extends Pick<
  Config,
  'production' | 'dataDir' | 'allowedOrigins' | 'allowLocalhost' | 'trustProxy' | 'secretFiles'
> {
  /** By id, of the forms that name their own. */
  readonly formOrigins: ReadonlyMap<string, readonly string[]>;
  /** All there are, in the words of the ConfigError. */
  readonly faults: readonly string[];
  /** `undefined` where it cannot be told. */
  readonly upstream: Config['upstream'] | undefined;
  /** `faulty` where a setting of it is wrong. */
  readonly store: Config['store'] | 'faulty';
}

export function readSetup(env: Env): Setup {
  try {
    const config = readConfig(env);
    const named = config.forms.specs.flatMap(({ id, origins }) => (origins ? [[id, origins] as const] : []));
    return { ...config, formOrigins: new Map(named), faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return readRest(env, error.faults);
  }
}

/** What is right is read once more, one by one; a set of credentials that lacks a part is left out. */
function readRest(env: Env, faults: readonly string[]): Setup {
  const reader = createEnvReader(env);
  const rest = {
    production: env['NODE_ENV'] === 'production',
    dataDir: readOr(reader, 'DATA_DIR', 'data'),
    allowedOrigins: readOr(reader, 'ALLOWED_ORIGINS', []),
    allowLocalhost: false,
    formOrigins: new Map(),
    trustProxy: readOr(reader, 'TRUST_PROXY', false),
    upstream: readUpstream(reader),
    store: readStore(reader),
  };
  // Where a part is missing, the configuration does not look at the further sets; here they are looked at too.
  return { ...rest, secretFiles: reader.files, faults: [...new Set([...faults, ...reader.faults])] };
}

function readUpstream(reader: EnvReader): RasaUpstream | WebhookUpstream | undefined {
  const api = readOr(reader, 'RASA_API', undefined);
  if (api === undefined || !areCredentialsMeant(reader, api)) return undefined;
  if (api === 'webhook') {
    const baseUrl = readOr(reader, 'RASA_PUBLIC_BASE_URL', undefined);
    const guid = readOr(reader, 'RASA_SIGNUP_GUID', undefined);
    return baseUrl === undefined || guid === undefined ? undefined : { is: 'webhook', baseUrl, guid };
  }
  const baseUrl = readOr(reader, 'RASA_BASE_URL', undefined);
  const sets = readCredentialSets(reader, api).filter(isWhole);
  return baseUrl === undefined ? undefined : { is: 'rasa', api, baseUrl, sets };
}

function readStore(reader: EnvReader): Setup['store'] {
  const before = reader.faults.length;
  const store = {
    databaseUrl: reader.read('DATABASE_URL'),
    poolSize: reader.read('DATABASE_POOL'),
    key: reader.read('OUTBOX_KEY'),
    previousKey: reader.read('OUTBOX_KEY_PREVIOUS'),
  };
  const isFaulty = reader.faults.length > before || (store.databaseUrl && !store.key);
  return isFaulty ? 'faulty' : store;
}

function readOr<N extends SettingName, F>(reader: EnvReader, name: N, fallback: F): SettingValue<N> | F {
  const before = reader.faults.length;
  const value = reader.read(name);
  return reader.faults.length > before ? fallback : value;
}

/** Where a part is missing or wrong it is not of the type that it should be of. */
function isWhole({ credentials }: CredentialSet): boolean {
  const parts: readonly unknown[] =
    credentials.api === 'v1'
      ? [credentials.username, credentials.password, credentials.apiKey]
      : [credentials.clientId, credentials.clientSecret];
  return parts.every((part) => part !== undefined);
}

export function checkConfiguration(env: Env, { faults, upstream, production }: Setup): readonly Finding[] {
  const wrong = faults.map((words) => fault(words));
  const unread = unreadVariables(env).map((name) =>
    warning(`${name} is set, and nothing reads a variable of that name.`, 'Look at its spelling.'),
  );
  if (wrong.length > 0) return [...wrong, ...unread];
  const mode = production ? 'for production' : 'for trying out (NODE_ENV is not production)';
  return [fine(`Nothing is wrong with it; it is ${mode}.`), whereTo(upstream), ...unread];
}

function whereTo(upstream: Setup['upstream']): Finding {
  switch (upstream?.is) {
    case 'rasa':
      return note(`Sign-ups go to ${upstream.baseUrl} by version ${upstream.api.slice(1)} of the API.`);
    case 'webhook':
      return note(`Sign-ups go to the sign-up webhook at ${upstream.baseUrl}.`);
    case 'sandbox':
    case undefined:
      return note('No credentials are set: sign-ups go to the sandbox and not to rasa.io.');
  }
}

/** A typing error in a name is no fault to the configuration, which reads what it knows. */
function unreadVariables(env: Env): readonly string[] {
  const own = /^(RASA|SANDBOX|FORMS?|OUTBOX|RATE|ALLOWED|CHALLENGE|DATABASE|PROOF|BOT|THANK_YOU)_/;
  const numbered = /^RASA_(USERNAME|PASSWORD|API_KEY|CLIENT_ID|CLIENT_SECRET|ACCOUNT_GUID)_[2-9](_FILE)?$/;
  return Object.keys(env)
    .filter((name) => own.test(name) && !numbered.test(name))
    .filter((name) => {
      const [, base = name] = /^(.+)_FILE$/.exec(name) ?? [];
      const isFile = base !== name && base in settings && 'file' in settings[base as SettingName];
      return !(name in settings) && !isFile;
    })
    .sort();
}

/** How a set is called wherever it is spoken of. */
export function nameOf({ number, source, credentials }: CredentialSet): string {
  const from = source.file === undefined ? source.variable : `${source.variable}, ${source.file}`;
  return `Set ${number} (${from}, fingerprint ${keyOf(credentials).fingerprint})`;
}
