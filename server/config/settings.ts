import { z } from 'zod';
import type { Rate } from '../forms/form-spec.ts';
import { builderModes } from '../http/builder-gate.ts';
import { botModes } from '../signup/bots.ts';
import { mostWork } from '../signup/proofs.ts';
import { logLevels } from '../system/log.ts';
import { Secret } from '../system/secret.ts';
import {
  baseUrl,
  count,
  duration,
  isOutboxKey,
  isPostgresUrl,
  list,
  origin,
  pageAddress,
  port,
  rate,
  text,
  trustProxy,
  unitMs,
} from './setting-schemas.ts';

export interface Setting<T> {
  /** The README's table is held against these words by a test. */
  readonly about: string;
  readonly wanted: string;
  /** Gets the text, or `undefined` where the variable is absent or empty. */
  readonly schema: z.ZodType<T, string | undefined>;
  /** Never shown. */
  readonly secret?: true;
  /** Can be given as `NAME_FILE`. */
  readonly file?: true;
}

const setting = <T>(about: string, wanted: string, schema: z.ZodType<T, string | undefined>): Setting<T> => ({
  about,
  wanted,
  schema,
});

const secretSetting = (
  about: string,
  wanted: string,
  isRight: (text: string) => boolean = () => true,
): Setting<Secret | undefined> => ({
  about,
  wanted,
  schema: text
    .refine(isRight)
    .transform((value) => new Secret(value))
    .optional(),
  secret: true,
  file: true,
});

const rateSetting = (about: string, fallback: Rate): Setting<Rate | 'off'> =>
  setting(about, 'a number and a time such as 30/10m (s, m, h or d), or off', rate.default(fallback));

/**
 * Every environment variable that the product reads: what it is for, what it wants, and how its text is read
 * (`setting-texts.ts`). What they mean together is decided in `config.ts`.
 */
export const settings = {
  PORT: setting('Port the proxy listens on.', 'a port number, 0 to 65535', port.default(8787)),
  HOST: setting(
    'Address the proxy listens on. By default this machine alone, in production every interface.',
    'a host name or an IP address',
    text.optional(),
  ),
  DATA_DIR: setting(
    'Where accepted sign-ups wait, unless `DATABASE_URL` is set, and the sandbox keeps its state.',
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
  BUILDER: setting(
    'Who may open the builder at `/`: `on` everybody, `off` nobody, `token` whoever has the link that is logged at the start.',
    `one of ${builderModes.join(', ')}`,
    z.enum(builderModes).default('on'),
  ),
  ALLOWED_ORIGINS: setting(
    'Origins of the pages that may embed the form, separated by commas. Required with credentials.',
    'origins such as https://www.example.com, without a path, separated by commas',
    list(origin).default([]),
  ),
  FORMS_FILE: setting(
    'The forms, as JSON; see [Forms](#forms). Without it there is one, `newsletter`.',
    'the path of a file that can be read',
    text.optional(),
  ),
  TRUST_PROXY: setting(
    'How many proxies stand in front, or their networks (CIDR, separated by commas); `off` for none.',
    'a number of proxies from 1 to 16, networks such as 10.0.0.0/8, or off',
    trustProxy.default(false),
  ),
  RATE_NETWORK: rateSetting('Sign-ups from one network (an IPv4 address, an IPv6 /56) in a time, or `off`.', {
    limit: 30,
    windowMs: 10 * unitMs.m,
  }),
  RATE_ADDRESS: rateSetting(
    'Sign-ups of one address, however it is written (`Ada+news@…` is `ada@…`), in a time, or `off`.',
    { limit: 3, windowMs: unitMs.d },
  ),
  RATE_FORM: rateSetting('Sign-ups at one form in a time, or `off`.', { limit: 300, windowMs: unitMs.m }),
  RATE_SERVICE: rateSetting('Sign-ups at all forms together in a time, or `off`.', {
    limit: 1000,
    windowMs: unitMs.m,
  }),
  BOT_MODE: setting(
    '`enforce` refuses robots, `observe` only counts and logs whom it would have refused, `off` asks nobody for a proof of work.',
    'enforce, observe or off',
    z.enum(botModes).default('enforce'),
  ),
  PROOF_WORK: setting(
    'How much work a sign-up is in quiet times, in thousands of PBKDF2 iterations. Under attack it rises to six times as much, 300 at most.',
    `a number from 1 to ${mostWork}`,
    count(1, mostWork).default(50),
  ),
  CHALLENGE_SECRET: secretSetting(
    'Signs what proves that a sign-up is no robot. Without it one is made and kept in the database.',
    'at least 32 characters, such as `openssl rand -hex 32` prints',
    (value) => value.length >= 32,
  ),
  DISPOSABLE: setting(
    'What becomes of addresses that are thrown away (some privacy relays among them): `allow`, `flag` (accepted with the attribute `disposable`) or `refuse`.',
    'allow, flag or refuse',
    z.enum(['allow', 'flag', 'refuse']).default('allow'),
  ),
  INTERNATIONAL_ADDRESSES: setting(
    'Whether an address may have letters other than ASCII before its @, which not every mail system can reach: `accept` or `refuse`. After the @ it always may.',
    'accept or refuse',
    z.enum(['accept', 'refuse']).default('refuse'),
  ),
  THANK_YOU_PAGES: setting(
    'Where a plain form may send the browser afterwards, separated by commas; with a slash at the end everything below.',
    'addresses such as https://www.example.com/thanks, without query, separated by commas',
    list(pageAddress).default([]),
  ),
  OUTBOX_MAX: setting(
    'How many sign-ups may wait for rasa.io; beyond it the form says that it cannot take more.',
    'a number of sign-ups, 1 to 100000000',
    count(1, 100_000_000).default(1_000_000),
  ),
  OUTBOX_MAX_AGE: setting(
    'Sign-ups that have waited for longer are set aside unsent. By default none is.',
    'a time such as 30d (s, m, h or d)',
    duration.optional(),
  ),
  OUTBOX_KEY: secretSetting(
    'Encrypts what is stored. Required with `DATABASE_URL`; otherwise a key is made and kept in `DATA_DIR`.',
    '32 bytes in hex or base64, such as `openssl rand -hex 32` prints',
    isOutboxKey,
  ),
  OUTBOX_KEY_PREVIOUS: secretSetting(
    'While `OUTBOX_KEY` is exchanged: the one before, with which older rows are still encrypted.',
    '32 bytes in hex or base64, such as `openssl rand -hex 32` prints',
    isOutboxKey,
  ),
  DATABASE_URL: secretSetting(
    'A PostgreSQL database for accepted sign-ups, which several proxies can share. By default they are in a SQLite file in `DATA_DIR`.',
    'an address such as postgres://user:password@host/database',
    isPostgresUrl,
  ),
  DATABASE_POOL: setting(
    'Connections to the PostgreSQL database.',
    'a number from 2 to 100',
    count(2, 100).default(5),
  ),
  RASA_BATCH: setting(
    'How many contacts go to rasa.io in one call.',
    'a number from 1 to 25',
    count(1, 25).default(25),
  ),
  RASA_MIN_INTERVAL_MS: setting(
    'The least time between two calls to rasa.io, in milliseconds.',
    'a number of milliseconds, 0 to 60000',
    count(0, 60_000).default(200),
  ),
  RASA_API: setting(
    'How sign-ups reach rasa.io: `v1` of its API, `v2` (experimental), or `webhook`, which needs no key.',
    'v1, v2 or webhook',
    z.enum(['v1', 'v2', 'webhook']).default('v1'),
  ),
  RASA_USERNAME: {
    ...setting('User name of the rasa.io account.', 'the user name', text.optional()),
    file: true,
  },
  RASA_PASSWORD: secretSetting('Password of the rasa.io account.', 'the password'),
  RASA_API_KEY: secretSetting('Key from rasa.io, Settings → API Keys.', 'the API key'),
  RASA_CLIENT_ID: {
    ...setting('With `RASA_API=v2`: the client id.', 'the client id', text.optional()),
    file: true,
  },
  RASA_CLIENT_SECRET: secretSetting('With `RASA_API=v2`: the client secret.', 'the client secret'),
  RASA_ACCOUNT_GUID: {
    ...setting(
      'With `RASA_API=v2`: the account, where the client may use several.',
      "the account's GUID",
      text.optional(),
    ),
    file: true,
  },
  RASA_SIGNUP_GUID: setting(
    "With `RASA_API=webhook`: the GUID in the address of rasa.io's own sign-up form.",
    'the GUID, of letters, digits and hyphens',
    text.regex(/^[\w-]{1,100}$/).optional(),
  ),
  RASA_BASE_URL: setting(
    "Address of rasa.io's API.",
    'an https address without query (http on this machine only)',
    baseUrl.default('https://api.rasa.io'),
  ),
  RASA_PUBLIC_BASE_URL: setting(
    "Address of rasa.io's sign-up webhook.",
    'an https address without query (http on this machine only)',
    baseUrl.default('https://public-api.rasa.io'),
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
