import { newsletter } from '../forms/built-in.ts';
import type { AddressRules } from '../forms/email-address.ts';
import type { FormSpec, Rate } from '../forms/form-spec.ts';
import type { BuilderMode } from '../http/builder-gate.ts';
import type { TrustProxy } from '../http/client-ip.ts';
import type { HstsMode } from '../http/headers.ts';
import type { BotMode } from '../signup/bots.ts';
import type { Axis, PlainRates } from '../signup/rates.ts';
import type { RasaTimeouts } from '../rasa/http.ts';
import type { Proxies } from '../system/network/outgoing.ts';
import type { LogLevel } from '../system/log.ts';
import type { Secret } from '../system/secret.ts';
import { readAlerts, type AlertsConfig } from './alerts/read-alerts.ts';
import { namesOf, readAccounts, type Accounts } from './accounts/accounts.ts';
import { ConfigError, createEnvReader, type Env } from './env.ts';
import { missingForForms, missingOrigins } from './forms-file/missing-settings.ts';
import { readFormsFile } from './forms-file/read.ts';
import type { MailConfig } from './mail-settings.ts';
import { settings } from './settings.ts';
import { misspeltHints } from './spelling.ts';

export { ConfigError, type Env } from './env.ts';

/** Everything the operator decides, read once and complete: defaults are applied here and nowhere else. */
export interface Config {
  readonly production: boolean;
  /** `undefined` listens on all interfaces. */
  readonly host: string | undefined;
  /** A port, or the path of a socket or named pipe. */
  readonly port: number | string;
  /** Where visitors reach the proxy, without a trailing slash. Always set in production. */
  readonly publicUrl: string | undefined;
  readonly hsts: HstsMode;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly metrics: MetricsConfig;
  /** Who may open the builder. */
  readonly builder: BuilderMode;
  /** Opens the operator page; `undefined`: links do. */
  readonly operatorPassword: Secret | undefined;
  /** Origins as `URL.origin` writes them. */
  readonly allowedOrigins: readonly string[];
  /** Whether `localhost` and the loopback addresses may embed the form from any port. */
  readonly allowLocalhost: boolean;
  readonly forms: FormsConfig;
  readonly trustProxy: TrustProxy;
  readonly rates: Readonly<Record<Axis, Rate | 'off'>>;
  /** Of pages, definitions and QR codes, for one network. */
  readonly ratePages: Rate | 'off';
  /** Of requests of applications, for one token. */
  readonly rateToken: Rate | 'off';
  /** How often it is read who has left rasa.io's list, in ms. */
  readonly contactsRefreshMs: number | 'off';
  /** The states from which contacts of applications are brought back, given consent. */
  readonly contactsResubscribe: FormSpec['resubscribe'];
  /** Quotas of sign-ups without scripts. */
  readonly plainRates: PlainRates;
  readonly bots: BotConfig;
  readonly addresses: Pick<AddressRules, 'international' | 'disposable'>;
  /** Page URLs as `origin + pathname`. A trailing slash allows every page below it. */
  readonly thankYouPages: readonly string[];
  readonly outbox: OutboxConfig;
  readonly mail: MailConfig;
  readonly alerts: AlertsConfig;
  readonly store: StoreConfig;
  /** Maximum number of contacts in one API call. */
  readonly rasaBatch: number;
  /** Minimum time between two API calls. */
  readonly rasaMinIntervalMs: number;
  /** Time limits of one call to rasa.io. */
  readonly rasaTimeouts: RasaTimeouts;
  /** For calls to rasa.io. */
  readonly proxies: Proxies;
  readonly accounts: Accounts;
  /** Paths of the files that secrets were read from. */
  readonly secretFiles: readonly string[];
}

export interface MetricsConfig {
  /** Opens `/metrics` on the proxy's port; `undefined`: it is not there. */
  readonly token: Secret | undefined;
  /** A port or socket of its own; `undefined` for none. */
  readonly port: number | string | undefined;
  readonly host: string;
}

export interface FormsConfig {
  /**
   * Path of the forms file, which is watched and read again when it changes. `undefined`: the built-in
   * newsletter form.
   */
  readonly file: string | undefined;
  readonly specs: readonly FormSpec[];
}

export interface BotConfig {
  readonly mode: BotMode;
  /** Work of one proof under normal load, in thousands of PBKDF2 iterations. */
  readonly work: number;
  /** How old the page that asks for a click must be, in ms. */
  readonly leastPageAgeMs: number;
  readonly secret: Secret | undefined;
}

export interface OutboxConfig {
  readonly max: number;
  readonly maxAgeMs: number | undefined;
  /** How long addresses of delivered sign-ups are kept. */
  readonly keptForHandoverMs: number | undefined;
}

export interface StoreConfig {
  /** `undefined` for a SQLite file in the data directory. */
  readonly databaseUrl: Secret | undefined;
  /** Connections. */
  readonly poolSize: number;
  /** Seals what is stored; `undefined` makes a key file in the data directory. */
  readonly key: Secret | undefined;
  /** Still opens what it has sealed. */
  readonly previousKey: Secret | undefined;
}

/** Reads the whole configuration. Throws a ConfigError that lists every fault. */
export function readConfig(env: Env, readFile?: (path: string) => string): Config {
  const reader = createEnvReader(env, readFile);
  const { read, isSet, faults } = reader;
  const production = read('NODE_ENV') === 'production';
  const accounts = readAccounts(reader, production);
  const upstream = accounts?.[0].upstream;
  const allowedOrigins = read('ALLOWED_ORIGINS');
  const thankYouPages = read('THANK_YOU_PAGES');
  const forms = readForms();
  if (upstream ? upstream.is !== 'sandbox' : production) {
    if (!isSet('ALLOWED_ORIGINS')) faults.push(...missingOrigins(forms.specs));
    if (production && !isSet('PUBLIC_URL')) faults.push(missingPublicUrl);
  }
  const canMail = isSet('SMTP_URL') || (!production && upstream?.is === 'sandbox');
  faults.push(...missingForForms(forms.specs, { canMail, keepsAddresses: isSet('KEEP_FOR_HANDOVER') }));
  const config = {
    production,
    host: read('HOST'),
    port: read('PORT'),
    publicUrl: read('PUBLIC_URL'),
    hsts: read('HSTS'),
    dataDir: read('DATA_DIR'),
    logLevel: read('LOG_LEVEL'),
    metrics: { token: read('METRICS_TOKEN'), port: read('METRICS_PORT'), host: read('METRICS_HOST') },
    builder: read('BUILDER') ?? (production ? 'token' : 'on'),
    operatorPassword: read('OPERATOR_PASSWORD'),
    allowedOrigins,
    allowLocalhost: upstream?.is === 'sandbox',
    forms,
    trustProxy: read('TRUST_PROXY'),
    rates: {
      service: read('RATE_SERVICE'),
      network: read('RATE_NETWORK'),
      form: read('RATE_FORM'),
      address: read('RATE_ADDRESS'),
    },
    ratePages: read('RATE_PAGES'),
    rateToken: read('RATE_TOKEN'),
    plainRates: { share: read('PLAIN_SHARE') / 100, network: read('RATE_PLAIN') },
    bots: {
      mode: read('BOT_MODE'),
      work: read('PROOF_WORK'),
      leastPageAgeMs: read('PLAIN_LEAST_AGE'),
      secret: read('CHALLENGE_SECRET'),
    },
    addresses: {
      international: read('INTERNATIONAL_ADDRESSES') === 'accept',
      disposable: read('DISPOSABLE'),
    },
    thankYouPages,
    contactsRefreshMs: read('CONTACTS_REFRESH'),
    contactsResubscribe: read('CONTACTS_RESUBSCRIBE'),
    outbox: {
      max: read('OUTBOX_MAX'),
      maxAgeMs: read('OUTBOX_MAX_AGE'),
      keptForHandoverMs: read('KEEP_FOR_HANDOVER'),
    },
    mail: readMail(),
    alerts: readAlerts(reader, canMail),
    store: readStore(),
    rasaBatch: read('RASA_BATCH'),
    rasaMinIntervalMs: read('RASA_MIN_INTERVAL_MS'),
    rasaTimeouts: { readMs: read('RASA_READ_TIMEOUT'), writeMs: read('RASA_WRITE_TIMEOUT') },
    proxies: { https: read('HTTPS_PROXY'), http: read('HTTP_PROXY'), except: read('NO_PROXY') },
  };
  if (faults.length > 0 || !accounts) throw new ConfigError(faults, misspeltHints(env));
  // With a number of proxies, clients that reach this one past them can forge their address.
  const isForVisitors = production && typeof config.trustProxy !== 'number';
  const host = config.host ?? (isForVisitors ? undefined : '127.0.0.1');
  const publicUrl = config.publicUrl ?? (production ? onThisMachine(config.port) : undefined);
  const ratePages = config.ratePages ?? (config.rates.network === 'off' ? 'off' : pagesAtMost);
  return { ...config, host, publicUrl, ratePages, accounts, secretFiles: reader.files };

  function readMail(): MailConfig {
    if (isSet('SMTP_URL') && !isSet('MAIL_FROM')) {
      faults.push(`MAIL_FROM: found nothing, wanted ${settings.MAIL_FROM.wanted}, since SMTP_URL is set.`);
    }
    return {
      relay: read('SMTP_URL'),
      from: read('MAIL_FROM') ?? { name: '', address: 'newsletter@example.com' },
      reminds: read('CONFIRM_REMINDER') === 'on',
      dkimSelector: read('MAIL_DKIM_SELECTOR'),
    };
  }

  function readStore(): StoreConfig {
    if (isSet('DATABASE_URL') && !isSet('OUTBOX_KEY')) {
      faults.push(
        `OUTBOX_KEY: found nothing, wanted ${settings.OUTBOX_KEY.wanted}, since DATABASE_URL is set: ` +
          'what is stored on the server is sealed with it.',
      );
    }
    return {
      databaseUrl: read('DATABASE_URL'),
      poolSize: read('DATABASE_POOL'),
      key: read('OUTBOX_KEY'),
      previousKey: read('OUTBOX_KEY_PREVIOUS'),
    };
  }

  function readForms(): FormsConfig {
    const file = read('FORMS_FILE');
    if (file === undefined) {
      if (accounts && accounts.length > 1) {
        faults.push(
          'FORMS_FILE: found nothing, wanted a forms file in which each form has its `account`, since ACCOUNTS has several.',
        );
      }
      return { file, specs: [{ ...newsletter, account: namesOf(accounts)[0] }] };
    }
    try {
      const options = { thankYouPages, accounts: accounts && namesOf(accounts) };
      return { file, specs: readFormsFile(file, options, readFile) };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
      return { file, specs: [] };
    }
  }
}

/** Whole companies and mobile networks share one address, and each view of a page with a form counts. */
const pagesAtMost: Rate = { limit: 1000, windowMs: 60_000 };

/**
 * No header of a visitor decides what is printed in production, also where the sandbox is tried there. On a
 * port that is not known yet, nobody comes through a web server.
 */
function onThisMachine(port: number | string): string | undefined {
  if (port === 0) return undefined;
  return typeof port === 'number' ? `http://localhost:${port}` : 'http://localhost';
}

const missingPublicUrl =
  `PUBLIC_URL: found nothing, wanted ${settings.PUBLIC_URL.wanted}, since NODE_ENV is production: ` +
  'pages, QR codes and snippets print it.';
