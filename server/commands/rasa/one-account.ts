import { pino } from 'pino';
import { openAccount } from '../../accounts/account.ts';
import { readAccounts, type AccountConfig } from '../../config/accounts/accounts.ts';
import { destinationOf } from '../../config/accounts/destination.ts';
import { ConfigError, createEnvReader, type Env } from '../../config/env.ts';
import { openIfThere } from '../../outbox/place.ts';
import type { RasaHttp } from '../../rasa/http.ts';
import type { Database } from '../../store/database.ts';
import { createOutgoing } from '../../system/network/outgoing.ts';
import { storePlaceOf } from '../store.ts';
import { keepHeapSmall } from './small-heap.ts';

export interface OneAccountOptions {
  readonly env: Env;
  /** As ACCOUNTS has it; needed where there are several. */
  readonly account: string | undefined;
  /** Names the command in the store, for people. */
  readonly owner: string;
}

/** An account at rasa.io that a command reads. */
export interface OneAccount {
  readonly configured: ConfiguredAccount;
  /** Passes the gate of the account, behind deliveries. */
  readonly http: RasaHttp;
  /** `undefined` on a machine without a proxy. */
  readonly database: Database | undefined;
  readonly close: () => Promise<void>;
}

export type ConfiguredAccount = AccountConfig & { readonly upstream: { readonly is: 'rasa' } };

/**
 * The account that the variables describe. Where the proxy has a store, calls wait for the turn of the
 * account there, as its own do. Rejects with a ConfigError that lists every fault of the credentials.
 */
export async function openOneAccount({ env, account, owner }: OneAccountOptions): Promise<OneAccount> {
  const configured = readAccount(env, account);
  const { read } = createEnvReader(env);
  const { baseUrl } = configured.upstream;
  const proxies = { https: read('HTTPS_PROXY'), http: read('HTTP_PROXY'), except: read('NO_PROXY') };
  const timeouts = { readMs: read('RASA_READ_TIMEOUT'), writeMs: read('RASA_WRITE_TIMEOUT') };
  const connection = { baseUrl, timeouts, outgoing: createOutgoing(proxies) };
  const minIntervalMs = read('RASA_MIN_INTERVAL_MS');
  const log = pino({ level: 'silent' });
  const database = await openIfThere(storePlaceOf(env), { log });
  keepHeapSmall();
  const opened = openAccount({
    ...connection,
    destination: destinationOf(configured),
    minIntervalMs,
    database,
    owner,
    log,
  });
  return {
    configured,
    http: opened.others,
    database,
    async close() {
      await opened.close();
      await database?.close();
    },
  };
}

/** Read again once they are known to be right. */
const connectionSettings = [
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'RASA_READ_TIMEOUT',
  'RASA_WRITE_TIMEOUT',
  'RASA_MIN_INTERVAL_MS',
] as const;

function readAccount(env: Env, account: string | undefined): ConfiguredAccount {
  const reader = createEnvReader(env);
  const accounts = readAccounts(reader, true) ?? [];
  for (const name of connectionSettings) reader.read(name);
  if (reader.faults.length > 0) throw new ConfigError(reader.faults);
  const one = chooseAccount(accounts, account);
  const { upstream } = one;
  if (upstream.is === 'rasa') return { ...one, upstream };
  throw new ConfigError([
    upstream.is === 'sandbox'
      ? 'SANDBOX: found "on", wanted credentials: rasa-signup sandbox starts one and prints them.'
      : 'RASA_API: found "webhook", wanted v1 or v2: the webhook has nothing to read.',
  ]);
}

/** The one of this name, or the only one. Throws a ConfigError about `--account`. */
export function chooseAccount(accounts: readonly AccountConfig[], name: string | undefined): AccountConfig {
  const found = accounts.filter((account) => name === undefined || account.name === name);
  const [one] = found;
  if (one && found.length === 1) return one;
  const shown = name === undefined ? 'nothing' : JSON.stringify(name);
  const wanted = accounts.some(({ isNamed }) => isNamed)
    ? `wanted one of ${accounts.map((account) => account.name).join(', ')}`
    : 'wanted nothing, since ACCOUNTS is not set';
  throw new ConfigError([`--account: found ${shown}, ${wanted}.`]);
}
