import { createCalls, type Calls } from '../../rasa/calls.ts';
import { isRasaError } from '../../rasa/errors.ts';
import { createKeyRing } from '../../rasa/key-ring.ts';
import { createPersons, type Persons } from '../../rasa/persons/persons.ts';
import { createTokenApi } from '../../rasa/token-api.ts';
import { destinationOf } from '../../config/accounts/destination.ts';
import { ConfigError, type Env } from '../../config/env.ts';
import type { Destination } from '../../outbox/signup.ts';
import type { Database } from '../../store/database.ts';
import { openOneAccount } from '../rasa/one-account.ts';
import { longestEndMs } from '../rasa/rasa.ts';
import { printable, type ExitCode, type TextStream } from '../terminal.ts';

/** An account at rasa.io, as commands reach it: through its gate, deliveries first. */
export interface OpenAccount {
  readonly api: 'v1' | 'v2';
  readonly calls: Calls;
  readonly destination: Destination;
  /** By its name. */
  readonly account: string;
  /** `undefined` where the proxy has none on this machine. */
  readonly database: Database | undefined;
  /** Revokes the token. */
  close(): Promise<void>;
}

/** Throws a ConfigError where the account has no credentials. */
export async function openAccountCalls(env: Env, account: string | undefined): Promise<OpenAccount> {
  const opened = await openOneAccount({ env, account, owner: 'rasa-signup contacts' });
  const { configured, http, database } = opened;
  const { api, sets } = configured.upstream;
  const keyRing = createKeyRing({ tokens: createTokenApi(http), sets });
  return {
    api,
    calls: createCalls({ http, keyRing }),
    destination: destinationOf(configured),
    account: configured.name,
    database,
    async close() {
      await keyRing.close(AbortSignal.timeout(longestEndMs));
      await opened.close();
    },
  };
}

/** The contacts of an account. Throws a ConfigError where it has no credentials for version 1 of the API. */
export async function openPersons(
  env: Env,
  account: string | undefined,
): Promise<OpenAccount & { readonly persons: Persons }> {
  const opened = await openAccountCalls(env, account);
  if (opened.api === 'v1') return { ...opened, persons: createPersons(opened.calls) };
  await opened.close();
  throw new ConfigError(['RASA_API: found "v2", wanted v1: this works in version 1 of the API only.']);
}

/** Says what rasa.io answered where a call failed. */
export async function reporting(
  stderr: TextStream,
  stop: AbortSignal,
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (stop.aborted) return 1;
    if (!isRasaError(error)) throw error;
    const text = 'text' in error && error.text !== undefined ? `: ${printable(error.text)}` : '';
    stderr.write(`${printable(error.message)}${text}\n`);
    return 1;
  }
}
