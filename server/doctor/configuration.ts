import { ConfigError, readConfig, type Config } from '../config/config.ts';
import { readerOf, unnamedAccount, type AccountConfig } from '../config/accounts/accounts.ts';
import { areCredentialsMeant, readCredentialSets } from '../config/credential-sets.ts';
import {
  createEnvReader,
  type Env,
  type EnvReader,
  type SettingName,
  type SettingValue,
} from '../config/env.ts';
import { misspeltVariables, misspeltWords } from '../config/spelling.ts';
import type { RasaUpstream, WebhookUpstream } from '../config/upstream.ts';
import type { FormSpec } from '../forms/form-spec.ts';
import { defaultTimeouts } from '../rasa/http.ts';
import { keyOf, type CredentialSet } from '../rasa/credentials.ts';
import { fault, fine, note, warning, type Finding } from './finding.ts';

/** The part of the configuration that can be used, even if other parts are wrong. */
export interface Setup extends Pick<
  Config,
  | 'production'
  | 'rasaTimeouts'
  | 'proxies'
  | 'dataDir'
  | 'allowedOrigins'
  | 'allowLocalhost'
  | 'publicUrl'
  | 'trustProxy'
  | 'secretFiles'
  | 'alerts'
  | 'mail'
> {
  /** Whether the operator chose the address that the proxy listens on. */
  readonly isHostSet: boolean;
  /** The origins of forms that list their own, by form id. */
  readonly formOrigins: ReadonlyMap<string, readonly string[]>;
  /** Who is told of new sign-ups, by form id. */
  readonly formNotify: ReadonlyMap<string, NonNullable<FormSpec['notify']>>;
  /** Every fault, in the words of the ConfigError. */
  readonly faults: readonly string[];
  /** Those whose way can be determined. */
  readonly accounts: readonly AccountConfig[];
  /** `faulty` where a setting of it is wrong. */
  readonly store: Config['store'] | 'faulty';
}

export function readSetup(env: Env): Setup {
  try {
    const config = readConfig(env);
    const named = config.forms.specs.flatMap(({ id, origins }) => (origins ? [[id, origins] as const] : []));
    const told = config.forms.specs.flatMap(({ id, notify }) => (notify ? [[id, notify] as const] : []));
    return {
      ...config,
      isHostSet: Boolean(env['HOST']),
      formOrigins: new Map(named),
      formNotify: new Map(told),
      faults: [],
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return readRest(env, error.faults);
  }
}

/** Reads valid settings one by one. A credential set that lacks a part is left out. */
function readRest(env: Env, faults: readonly string[]): Setup {
  const reader = createEnvReader(env);
  const rest = {
    production: readOr(reader, 'NODE_ENV', 'production') === 'production',
    dataDir: readOr(reader, 'DATA_DIR', 'data'),
    allowedOrigins: readOr(reader, 'ALLOWED_ORIGINS', []),
    allowLocalhost: false,
    rasaTimeouts: {
      readMs: readOr(reader, 'RASA_READ_TIMEOUT', defaultTimeouts.readMs),
      writeMs: readOr(reader, 'RASA_WRITE_TIMEOUT', defaultTimeouts.writeMs),
    },
    proxies: {
      https: readOr(reader, 'HTTPS_PROXY', undefined),
      http: readOr(reader, 'HTTP_PROXY', undefined),
      except: readOr(reader, 'NO_PROXY', undefined),
    },
    formOrigins: new Map(),
    formNotify: new Map(),
    alerts: {
      webhook: readOr(reader, 'ALERT_WEBHOOK_URL', undefined),
      webhookSecret: readOr(reader, 'ALERT_WEBHOOK_SECRET', undefined),
      slack: readOr(reader, 'ALERT_SLACK_URL', undefined),
      mailTo: readOr(reader, 'ALERT_MAIL_TO', []),
    },
    trustProxy: readOr(reader, 'TRUST_PROXY', false),
    publicUrl: readOr(reader, 'PUBLIC_URL', undefined),
    isHostSet: reader.isSet('HOST'),
    mail: readMail(reader),
    accounts: readAccounts(reader),
    store: readStore(reader),
  };
  // If a part is missing, the configuration does not read the further sets; the doctor reads them too.
  return { ...rest, secretFiles: reader.files, faults: [...new Set([...faults, ...reader.faults])] };
}

function readMail(reader: EnvReader): Setup['mail'] {
  const from = readOr(reader, 'MAIL_FROM', undefined);
  return {
    // Without a sender there is nothing to look at.
    relay: from && readOr(reader, 'SMTP_URL', undefined),
    from: from ?? { name: '', address: '' },
    reminds: true,
    dkimSelector: readOr(reader, 'MAIL_DKIM_SELECTOR', undefined),
  };
}

function readAccounts(reader: EnvReader): readonly AccountConfig[] {
  const names = readOr(reader, 'ACCOUNTS', []);
  const accounts =
    names.length === 0
      ? [{ name: unnamedAccount, isNamed: false }]
      : names.map((name) => ({ name, isNamed: true }));
  return accounts.flatMap((account) => {
    const upstream = readUpstream(readerOf(reader, account));
    return upstream ? [{ ...account, upstream }] : [];
  });
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

/** Whether the set is complete. A missing or wrong part does not have its declared type. */
function isWhole({ credentials }: CredentialSet): boolean {
  const parts: readonly unknown[] =
    credentials.api === 'v1'
      ? [credentials.username, credentials.password, credentials.apiKey]
      : [credentials.clientId, credentials.clientSecret];
  return parts.every((part) => part !== undefined);
}

export function checkConfiguration(env: Env, { faults, accounts, production }: Setup): readonly Finding[] {
  const wrong = faults.map((words) => fault(words));
  const unread = misspeltVariables(env).map((misspelt) => {
    const { what, remedy } = misspeltWords(misspelt);
    return warning(what, remedy);
  });
  if (wrong.length > 0) return [...wrong, ...unread];
  const mode = production ? 'for production' : 'for trying out (NODE_ENV is not production)';
  return [
    fine(`Nothing is wrong with it; it is ${mode}.`),
    whereTo(accounts[0]?.upstream),
    ...namesOfAccounts(accounts),
    ...unread,
  ];
}

function namesOfAccounts(accounts: Setup['accounts']): readonly Finding[] {
  const named = accounts.filter(({ isNamed }) => isNamed).map(({ name }) => name);
  return named.length === 0 ? [] : [note(`Accounts: ${named.join(', ')}.`)];
}

function whereTo(upstream: AccountConfig['upstream'] | undefined): Finding {
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

/** The name of a set in all findings. */
export function nameOf({ number, source, credentials }: CredentialSet): string {
  const from = source.file === undefined ? source.variable : `${source.variable}, ${source.file}`;
  return `Set ${number} (${from}, fingerprint ${keyOf(credentials).fingerprint})`;
}
