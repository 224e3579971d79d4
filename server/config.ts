import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { AddressRules } from './address.ts';
import type { Axis } from './limits.ts';
import type { Credentials, Secret } from './secret.ts';
import {
  settings,
  type BotMode,
  type LogLevel,
  type Rate,
  type Setting,
  type TrustProxy,
} from './settings.ts';

/** Everything the operator decides, read once and complete: no reader of it needs a default of its own. */
export interface Config {
  readonly production: boolean;
  /** `undefined` listens on every interface. */
  readonly host: string | undefined;
  readonly port: number;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** Origins as `URL.origin` writes them. */
  readonly allowedOrigins: readonly string[];
  /** Whether `localhost` and the loopback addresses may embed the form from any port. */
  readonly allowLocalhost: boolean;
  readonly trustProxy: TrustProxy;
  readonly rates: Readonly<Record<Axis, Rate | 'off'>>;
  readonly bots: BotConfig;
  readonly addresses: Pick<AddressRules, 'international' | 'disposable'>;
  /** As `origin + pathname` of a URL; with a slash at the end everything below. */
  readonly thankYouPages: readonly string[];
  readonly outbox: OutboxConfig;
  /** Contacts in one call. */
  readonly rasaBatch: number;
  /** Between two calls. */
  readonly rasaMinIntervalMs: number;
  readonly upstream: RasaUpstream | SandboxUpstream;
}

export interface BotConfig {
  readonly mode: BotMode;
  /** Of a proof in quiet times. */
  readonly work: number;
  readonly secret: Secret | undefined;
}

export interface OutboxConfig {
  readonly max: number;
  readonly maxAgeMs: number | undefined;
  readonly key: Secret | undefined;
  readonly duplicateWindowMs: number;
}

export interface RasaUpstream {
  readonly is: 'rasa';
  readonly baseUrl: string;
  readonly credentials: Credentials;
}

export interface SandboxUpstream {
  readonly is: 'sandbox';
  readonly host: string;
  readonly port: number;
  readonly apiKey: Secret | undefined;
}

export type Env = Readonly<Record<string, string | undefined>>;

type SettingName = keyof typeof settings;
type SettingValue<N extends SettingName> = z.output<(typeof settings)[N]['schema']>;

/** The configuration is wrong; `message` lists every fault, each with variable, found and wanted. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n` +
        faults.map((fault) => `  - ${fault}`).join('\n'),
    );
    this.faults = faults;
  }
}

/**
 * Reads the whole configuration, or throws a ConfigError that lists all that is wrong with it. A secret may be given
 * as `NAME_FILE` instead, the path of a file that holds it, as Docker, Kubernetes and systemd hand them over.
 */
export function readConfig(env: Env, readFile: (path: string) => string = readText): Config {
  const faults: string[] = [];
  const production = env['NODE_ENV'] === 'production';
  const upstream = readUpstream();
  const allowedOrigins = read('ALLOWED_ORIGINS');
  if (upstream?.is === 'rasa' && !isSet('ALLOWED_ORIGINS')) {
    faults.push(
      'ALLOWED_ORIGINS: found nothing, wanted the origins of the pages with your form, such as ' +
        'https://www.example.com. Without it no page could send a sign-up to rasa.io.',
    );
  }
  const config = {
    production,
    host: read('HOST') ?? (production ? undefined : '127.0.0.1'),
    port: read('PORT'),
    dataDir: read('DATA_DIR'),
    logLevel: read('LOG_LEVEL'),
    allowedOrigins,
    allowLocalhost: upstream?.is === 'sandbox',
    trustProxy: read('TRUST_PROXY'),
    rates: {
      service: read('RATE_SERVICE'),
      network: read('RATE_NETWORK'),
      form: read('RATE_FORM'),
      address: read('RATE_ADDRESS'),
    },
    bots: { mode: read('BOT_MODE'), work: read('PROOF_WORK'), secret: read('CHALLENGE_SECRET') },
    addresses: {
      international: read('INTERNATIONAL_ADDRESSES') === 'accept',
      disposable: read('DISPOSABLE'),
    },
    thankYouPages: read('THANK_YOU_PAGES'),
    outbox: {
      max: read('OUTBOX_MAX'),
      maxAgeMs: read('OUTBOX_MAX_AGE'),
      key: read('OUTBOX_KEY'),
      duplicateWindowMs: read('DUPLICATE_WINDOW'),
    },
    rasaBatch: read('RASA_BATCH'),
    rasaMinIntervalMs: read('RASA_MIN_INTERVAL_MS'),
  };
  if (faults.length > 0 || !upstream) throw new ConfigError(faults);
  return { ...config, upstream };

  function readUpstream(): Config['upstream'] | undefined {
    const sandbox = read('SANDBOX');
    const baseUrl = read('RASA_BASE_URL');
    const names = ['RASA_USERNAME', 'RASA_PASSWORD', 'RASA_API_KEY'] as const;
    const [username, password, apiKey] = [read('RASA_USERNAME'), read('RASA_PASSWORD'), read('RASA_API_KEY')];
    const missing = names.filter((name) => !isSet(name));
    const own: SandboxUpstream = {
      is: 'sandbox',
      host: read('SANDBOX_HOST'),
      port: read('SANDBOX_PORT'),
      apiKey: read('SANDBOX_API_KEY'),
    };

    if (sandbox === 'on') {
      if (missing.length === names.length) return own;
      faults.push(
        'SANDBOX: found "on" beside credentials for rasa.io. Wanted one of the two: remove SANDBOX, or the RASA_ variables.',
      );
      return undefined;
    }
    if (username && password && apiKey) {
      return { is: 'rasa', baseUrl, credentials: { username, password, apiKey } };
    }
    if (missing.length === names.length && sandbox !== 'off' && !production) return own;
    for (const name of missing) {
      faults.push(
        `${name}: found nothing, wanted ${settings[name].wanted}` +
          (missing.length === names.length
            ? ', or SANDBOX=on to try the product without rasa.io.'
            : ', since the other credentials are set.'),
      );
    }
    return undefined;
  }

  /** On a fault the value is of no type at all, but then nobody sees it: there is no configuration. */
  function read<N extends SettingName>(name: N): SettingValue<N> {
    const { schema, wanted, secret }: Setting<unknown> = settings[name];
    const found = secret ? findSecret(name) : value(name);
    const result = schema.safeParse(found);
    if (!result.success) {
      const shown = secret ? 'a value (not shown)' : JSON.stringify(found);
      faults.push(`${name}: found ${shown}, wanted ${wanted}.`);
    }
    return result.data as SettingValue<N>;
  }

  function findSecret(name: SettingName): string | undefined {
    const path = value(`${name}_FILE`);
    if (path === undefined) return value(name);
    if (value(name) !== undefined) {
      faults.push(`${name}: found both ${name} and ${name}_FILE, wanted one of them.`);
      return undefined;
    }
    try {
      return readFile(path).trim();
    } catch (error) {
      faults.push(
        `${name}_FILE: found ${JSON.stringify(path)}, wanted a file that can be read: ${String(error)}.`,
      );
      return undefined;
    }
  }

  function isSet(name: SettingName): boolean {
    return value(name) !== undefined || value(`${name}_FILE`) !== undefined;
  }

  /** Compose files and shells hand on empty variables where nothing was meant. */
  function value(name: string): string | undefined {
    return env[name] === '' ? undefined : env[name];
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
