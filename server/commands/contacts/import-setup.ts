import { pino } from 'pino';
import { readAccounts, type AccountConfig } from '../../config/accounts/accounts.ts';
import { destinationOf } from '../../config/accounts/destination.ts';
import { readConfig } from '../../config/config.ts';
import { ConfigError, createEnvReader, type Env } from '../../config/env.ts';
import { ConfirmationOnRequest } from '../../confirm/on-request.ts';
import { loadDisposableDomains, type AddressRules } from '../../forms/email-address.ts';
import { createForms } from '../../forms/forms.ts';
import { Outbox } from '../../outbox/outbox.ts';
import { openPlace, refuseMissing } from '../../outbox/place.ts';
import type { Destination, Hold } from '../../outbox/signup.ts';
import type { Database } from '../../store/database.ts';
import { chooseAccount } from '../rasa/one-account.ts';
import { keepHeapSmall } from '../rasa/small-heap.ts';
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
  /** With `confirm`: whose mail asks, and how rows wait for the click. */
  readonly confirm:
    { readonly form: string; holdIn(database: Database): Promise<Hold | undefined> } | undefined;
  openOutbox(): Promise<{ readonly database: Database; readonly outbox: Outbox; close(): Promise<void> }>;
}

export interface ImportChoices {
  readonly account?: string | undefined;
  readonly form?: string | undefined;
  readonly confirm?: boolean | undefined;
}

/** Throws a ConfigError that lists every fault. */
export async function readImportSetup(
  env: Env,
  { account, form, confirm = false }: ImportChoices,
): Promise<ImportSetup> {
  const reader = createEnvReader(env);
  const isProduction = reader.read('NODE_ENV') === 'production';
  const accounts = readAccounts(reader, isProduction);
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
  const rules: AddressRules = {
    international,
    disposable,
    isDisposableDomain: disposable === 'allow' ? () => false : await loadDisposableDomains(),
  };
  if (confirm && isProduction && !reader.isSet('SMTP_URL')) {
    throw new ConfigError(['SMTP_URL: found nothing, wanted a mail relay, since --confirm is given.']);
  }
  return {
    account: chosen,
    destination,
    rules,
    confirm: confirm
      ? readConfirm(env, { rules, account: chosen.name, first: accounts[0].name, form })
      : undefined,
    constants: spec?.constants ?? {},
    max,
    async openOutbox() {
      const place = storePlaceOf(env);
      await refuseMissing(place);
      const database = await openPlace(place, { log: pino({ level: 'silent' }) });
      keepHeapSmall();
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

interface Asking {
  readonly rules: AddressRules;
  readonly account: string;
  /** The account of forms that name none. */
  readonly first: string;
  readonly form: string | undefined;
}

function readConfirm(env: Env, { rules, account, first, form }: Asking): NonNullable<ImportSetup['confirm']> {
  const forms = createForms({ specs: readSpecs(env), address: rules, proof: false, thankYouPages: [] });
  const asking = forms.all().find((one) => (one.account ?? first) === account && (form ?? one.id) === one.id);
  if (!asking) {
    throw new ConfigError([
      `--confirm: found no form of the account ${account}, wanted one whose mail asks.`,
    ]);
  }
  return {
    form: asking.id,
    holdIn: (database) =>
      new ConfirmationOnRequest({ database, forms, firstAccount: first }).for(account, { form: asking.id }),
  };
}

function readSpecs(env: Env) {
  const { ACCOUNTS, FORMS_FILE, THANK_YOU_PAGES } = env;
  return readConfig({ ACCOUNTS, FORMS_FILE, THANK_YOU_PAGES }).forms.specs;
}

function readForm(env: Env, id: string) {
  const specs = readSpecs(env);
  const form = specs.find((spec) => spec.id === id);
  if (form) return form;
  const known = specs.map((spec) => spec.id).join(', ');
  throw new ConfigError([`--form: found ${JSON.stringify(id)}, wanted one of ${known}.`]);
}
