import { z } from 'zod';
import { isLoopback } from './loopback.ts';
import { Secret } from './secret.ts';

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
  readonly rateNetwork: Rate | 'off';
  readonly upstream: RasaUpstream | SandboxUpstream;
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

/** What rasa.io's API v1 asks for: the account's user name and password, and an API key. */
export interface Credentials {
  readonly username: string;
  readonly password: Secret;
  readonly apiKey: Secret;
}

/** `limit` requests in each window. */
export interface Rate {
  readonly limit: number;
  readonly windowMs: number;
}

/** The number of proxies in front, or the networks they are in; what Express calls `trust proxy`. */
export type TrustProxy = false | number | string[];

export type Env = Readonly<Record<string, string | undefined>>;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

interface Setting<T> {
  /** The README's table is held against these words by a test. */
  readonly about: string;
  readonly wanted: string;
  /** Gets the text, or `undefined` where the variable is absent or empty. */
  readonly schema: z.ZodType<T, string | undefined>;
  readonly secret?: true;
}

const setting = <T>(about: string, wanted: string, schema: z.ZodType<T, string | undefined>): Setting<T> => ({
  about,
  wanted,
  schema,
});

const secretSetting = (about: string, wanted: string): Setting<Secret | undefined> => ({
  about,
  wanted,
  schema: text.transform((value) => new Secret(value)).optional(),
  secret: true,
});

const text = z.string();
const port = text
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value <= 65535);

/** Every environment variable that the product reads. */
export const settings = {
  PORT: setting('Port the proxy listens on.', 'a port number, 0 to 65535', port.default(8787)),
  HOST: setting(
    'Address the proxy listens on. By default this machine alone, in production every interface.',
    'a host name or an IP address',
    text.optional(),
  ),
  DATA_DIR: setting(
    'Where accepted sign-ups wait and the sandbox keeps its state.',
    'a path',
    text.default('data'),
  ),
  NODE_ENV: setting(
    '`production` refuses to start without credentials.',
    'any text',
    text.default('development'),
  ),
  LOG_LEVEL: setting(
    'How much is logged, as JSON lines on the standard output.',
    `one of ${logLevels.join(', ')}`,
    z.enum(logLevels).default('info'),
  ),
  ALLOWED_ORIGINS: setting(
    'Origins of the pages that may embed the form, separated by commas. Required with credentials.',
    'origins such as https://www.example.com, without a path, separated by commas',
    list(z.string().refine(isOrigin).transform(originOf)).default([]),
  ),
  TRUST_PROXY: setting(
    'How many proxies stand in front, or their networks (CIDR, separated by commas); `off` for none.',
    'a number of proxies from 1 to 16, networks such as 10.0.0.0/8, or off',
    trustProxy().default(false),
  ),
  RATE_NETWORK: setting(
    'Sign-ups from one network (an IPv4 address, an IPv6 /56) in a time, or `off`.',
    'a number and a time such as 30/10m (s, m, h or d), or off',
    rate().default({ limit: 30, windowMs: 600_000 }),
  ),
  RASA_USERNAME: setting('User name of the rasa.io account.', 'the user name', text.optional()),
  RASA_PASSWORD: secretSetting('Password of the rasa.io account.', 'the password'),
  RASA_API_KEY: secretSetting('Key from rasa.io, Settings → API Keys.', 'the API key'),
  RASA_BASE_URL: setting(
    "Address of rasa.io's API.",
    'an https address without query (http on this machine only)',
    z.string().refine(isBaseUrl).default('https://api.rasa.io'),
  ),
  SANDBOX: setting(
    '`on` uses the sandbox even in production, `off` never. By default it stands in where no credentials are set and `NODE_ENV` is not `production`.',
    'on or off',
    z.enum(['on', 'off']).optional(),
  ),
  SANDBOX_PORT: setting('Port of the sandbox.', 'a port number, 0 to 65535', port.default(8788)),
  SANDBOX_HOST: setting(
    'Address the sandbox listens on. It shows its contacts to everyone who reaches it.',
    'a host name or an IP address',
    text.default('127.0.0.1'),
  ),
  SANDBOX_API_KEY: secretSetting(
    "The sandbox's first API key; without it one is made at the first start.",
    'any text without spaces',
  ),
} satisfies Record<string, Setting<unknown>>;

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

/** Reads the whole configuration, or throws a ConfigError that lists all that is wrong with it. */
export function readConfig(env: Env): Config {
  const faults: string[] = [];
  // Compose files and shells hand on empty variables where nothing was meant.
  const found = (name: SettingName) => (env[name] === '' ? undefined : env[name]);

  function read<N extends SettingName>(name: N): SettingValue<N> | undefined {
    const { schema, wanted, ...rest }: Setting<unknown> = settings[name];
    const result = schema.safeParse(found(name));
    if (result.success) return result.data as SettingValue<N>;
    const shown = rest.secret ? 'a value (not shown)' : JSON.stringify(found(name));
    faults.push(`${name}: found ${shown}, wanted ${wanted}.`);
    return undefined;
  }

  const production = env['NODE_ENV'] === 'production';
  const upstream = readUpstream();
  const allowedOrigins = read('ALLOWED_ORIGINS');
  if (upstream?.is === 'rasa' && allowedOrigins?.length === 0) {
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
    rateNetwork: read('RATE_NETWORK'),
    upstream,
  };
  if (faults.length > 0 || !isComplete(config)) throw new ConfigError(faults);
  return config;

  function readUpstream(): Config['upstream'] | undefined {
    const sandbox = read('SANDBOX');
    const baseUrl = read('RASA_BASE_URL');
    const [username, password, apiKey] = [read('RASA_USERNAME'), read('RASA_PASSWORD'), read('RASA_API_KEY')];
    const names = ['RASA_USERNAME', 'RASA_PASSWORD', 'RASA_API_KEY'] as const;
    const missing = names.filter((name) => found(name) === undefined);
    const own: SandboxUpstream = {
      is: 'sandbox',
      host: read('SANDBOX_HOST') ?? '',
      port: read('SANDBOX_PORT') ?? 0,
      apiKey: read('SANDBOX_API_KEY'),
    };

    if (sandbox === 'on') {
      if (missing.length === names.length) return own;
      faults.push(
        'SANDBOX: found "on" beside credentials for rasa.io. Wanted one of the two: remove SANDBOX, or the RASA_ variables.',
      );
      return undefined;
    }
    if (username && password && apiKey && baseUrl) {
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
}

type Readable<T> = { readonly [K in keyof T]: K extends 'host' ? T[K] : T[K] | undefined };

/** Whether everything could be read; where not, there is a fault that says why. */
function isComplete(config: Readable<Config>): config is Config {
  return Object.entries(config).every(([name, value]) => name === 'host' || value !== undefined);
}

function list<T>(item: z.ZodType<T, string>): z.ZodType<T[], string> {
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));
}

function isOrigin(value: string): boolean {
  if (!/^https?:\/\/[^*]+$/i.test(value) || !URL.canParse(value)) return false;
  const { pathname, search, hash, username, password } = new URL(value);
  return pathname === '/' && `${search}${hash}${username}${password}` === '';
}

function originOf(value: string): string {
  return new URL(value).origin;
}

function isBaseUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, search, hash, username, password } = new URL(value);
  if (`${search}${hash}${username}${password}` !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function trustProxy(): z.ZodType<TrustProxy, string> {
  const hops = z
    .string()
    .regex(/^\d{1,2}$/)
    .transform(Number)
    .refine((value) => value >= 1 && value <= 16);
  const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
  return z.union([z.literal('off').transform(() => false as const), hops, list(network)]);
}

function rate(): z.ZodType<Rate | 'off', string> {
  const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return z.union([
    z.literal('off'),
    z.string().transform((value, context) => {
      const [, limit, count, unit] = /^(\d{1,7})\/(\d{1,4})([smhd])$/.exec(value) ?? [];
      const windowMs = Number(count) * unitMs[(unit ?? 's') as keyof typeof unitMs];
      // A timer holds 31 bits of milliseconds; the store's window is one.
      if (Number(limit) >= 1 && windowMs >= 1000 && windowMs < 2 ** 31)
        return { limit: Number(limit), windowMs };
      context.addIssue('not a rate');
      return z.NEVER;
    }),
  ]);
}
