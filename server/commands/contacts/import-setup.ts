import { pino } from 'pino';
import { readAccounts, type AccountConfig } from '../../config/accounts/accounts.ts';
import { destinationOf } from '../../config/accounts/destination.ts';
import { readConfig } from '../../config/config.ts';
import { ConfigError, createEnvReader, type Env } from '../../config/env.ts';
import { loadDisposableDomains, type AddressRules } from '../../forms/email-address.ts';
import { Outbox } from '../../outbox/outbox.ts';
import { openPlace, refuseMissing } from '../../outbox/place.ts';
import type { Destination } from '../../outbox/signup.ts';
import type { Database } from '../../store/database.ts';
import { chooseAccount } from '../rasa/one-account.ts';
import { storePlaceOf } from '../store.ts';

/** What an import reads of the proxy's configuration. */
export interface ImportSetup {
  readonly account: AccountConfig;
  readonly destination: Destination;
  readonly rules: AddressRules;
  /** What every contact of the form gets. */
  readonly constants: Readonly<Record<string, string>>;
  /** OUTBOX_MAX. */
  readonly max: number;
  openOutbox(): Promise<{ readonly database: Database; readonly outbox: Outbox; close(): Promise<void> }>;
}

/** Throws a ConfigError that lists every fault. */
export async function readImportSetup(
  env: Env,
  { account, form }: { readonly account?: string | undefined; readonly form?: string | undefined },
): Promise<ImportSetup> {
  const reader = createEnvReader(env);
  const accounts = readAccounts(reader, reader.read('NODE_ENV') === 'production');
  const max = reader.read('OUTBOX_MAX');
  const disposable = reader.read('DISPOSABLE');
  const international = reader.read('INTERNATIONAL_ADDRESSES') === 'accept';
  if (reader.faults.length > 0 || !accounts) throw new ConfigError(reader.faults);
  const spec = form === undefined ? undefined : readForm(env, form);
  const chosen = chooseAccount(accounts, account ?? spec?.account);
  if (spec?.account !== undefined && spec.account !== chosen.name) {
    throw new ConfigError([
      `--account: found ${JSON.stringify(account)}, wanted ${spec.account}, the account of the form ${spec.id}.`,
    ]);
  }
  const destination = destinationOf(chosen);
  return {
    account: chosen,
    destination,
    rules: {
      international,
      disposable,
      isDisposableDomain: disposable === 'allow' ? () => false : await loadDisposableDomains(),
    },
    constants: spec?.constants ?? {},
    max,
    async openOutbox() {
      const place = storePlaceOf(env);
      await refuseMissing(place);
      const database = await openPlace(place, { log: pino({ level: 'silent' }) });
      try {
        const destinations = new Map([[chosen.name, destination]]);
        const outbox = await Outbox.open({ database, destinations, max });
        return {
          database,
          outbox,
          async close() {
            await outbox.close();
            await database.close();
          },
        };
      } catch (error) {
        await database.close();
        throw error;
      }
    },
  };
}

function readForm(env: Env, id: string) {
  const { ACCOUNTS, FORMS_FILE, THANK_YOU_PAGES } = env;
  const { specs } = readConfig({ ACCOUNTS, FORMS_FILE, THANK_YOU_PAGES }).forms;
  const form = specs.find((spec) => spec.id === id);
  if (form) return form;
  const known = specs.map((spec) => spec.id).join(', ');
  throw new ConfigError([`--form: found ${JSON.stringify(id)}, wanted one of ${known}.`]);
}
