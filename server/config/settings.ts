import { z } from 'zod';
import type { Rate } from '../forms/form-spec.ts';
import { builderModes } from '../http/builder-gate.ts';
import { hstsModes } from '../http/headers.ts';
import { botModes } from '../signup/bots.ts';
import { mostWork } from '../signup/proofs.ts';
import { logLevels } from '../system/log.ts';
import {
  count,
  duration,
  isOutboxKey,
  isPostgresUrl,
  list,
  origin,
  pageAddress,
  portOrPath,
  publicUrl,
  rate,
  text,
  trustProxy,
  unitMs,
} from './setting-schemas.ts';
import { alertSettings } from './alerts/alert-settings.ts';
import { mailSettings } from './mail-settings.ts';
import { secretSetting, setting, type Setting } from './setting.ts';
import { upstreamSettings } from './upstream-settings.ts';

const environments = ['production', 'development', 'test'] as const;

const rateSetting = (about: string, fallback: Rate): Setting<Rate | 'off'> =>
  setting(about, 'a number and a time such as 30/10m (s, m, h or d), or off', rate.default(fallback));

/**
 * Every environment variable that the product reads: its purpose, the value wanted, and how its text is
 * parsed (`setting-schemas.ts`). `config.ts` decides what the settings mean together.
 */
export const settings = {
  PORT: setting(
    'Port that the proxy listens on, or the path of a Unix socket or named pipe.',
    'a port number, 0 to 65535, or the path of a socket (107 bytes at most) such as /run/rasa-signup.sock',
    portOrPath.default(8787),
  ),
  HOST: setting(
    'Address that the proxy listens on. Default: this machine only; in production without a number in `TRUST_PROXY`, every interface.',
    'a host name or an IP address',
    text.optional(),
  ),
  PUBLIC_URL: setting(
    'URL at which visitors reach the proxy, with the path if it has one: what pages, QR codes and snippets print, and the origin of its own pages. Required in production, except with the sandbox; elsewhere the `Host` header of each request decides without it.',
    'an address such as https://signup.example.com or https://www.example.com/newsletter/, without query',
    publicUrl.optional(),
  ),
  HSTS: setting(
    'Whether browsers are told to use only https for the host of the proxy: `on`, `subdomains` (also for every host below it), or `off`.',
    `one of ${hstsModes.join(', ')}`,
    z.enum(hstsModes).default('on'),
  ),
  DATA_DIR: setting(
    'Directory of the database with accepted sign-ups (unless `DATABASE_URL` is set), and of the state of the sandbox.',
    'a path',
    text.default('data'),
  ),
  NODE_ENV: setting(
    'With `production` the proxy does not start without credentials.',
    `one of ${environments.join(', ')}`,
    z.enum(environments).default('development'),
  ),
  LOG_LEVEL: setting(
    'Lowest level that is logged. The log is JSON lines on standard output.',
    `one of ${logLevels.join(', ')}`,
    z.enum(logLevels).default('info'),
  ),
  METRICS_TOKEN: secretSetting(
    'Token that opens `/metrics` on the port of the proxy; see [Metrics](metrics.md). Default: the path is not there.',
    'at least 32 visible ASCII characters, such as `openssl rand -hex 32` prints',
    (value) => /^[\x21-\x7e]{32,}$/.test(value),
  ),
  METRICS_PORT: setting(
    'Port, or path of a socket, that answers `/metrics` and nothing else. A port is one of this machine only, unless `METRICS_HOST` is set. Default: none.',
    'a port number, 0 to 65535, or the path of a socket',
    portOrPath.optional(),
  ),
  METRICS_HOST: setting(
    'Address that `METRICS_PORT` listens on, such as `0.0.0.0` in a container.',
    'a host name or an IP address',
    text.default('127.0.0.1'),
  ),
  BUILDER: setting(
    'Who can open the builder at `/`: `on` everyone, `off` no one, `token` everyone who has the link that is logged at start. Default: `on`; in production, `token`.',
    `one of ${builderModes.join(', ')}`,
    z.enum(builderModes).optional(),
  ),
  OPERATOR_PASSWORD: secretSetting(
    'Password of the operator page at `/operator`; see [Operator page](operator.md). Without it only links of `rasa-signup operator link` open the page.',
    'at least 12 characters',
    (value) => value.length >= 12,
  ),
  ALLOWED_ORIGINS: setting(
    'Origins of the pages that may embed the form, separated by commas. Required with credentials, unless every form lists its own.',
    'origins such as https://www.example.com, without a path, separated by commas',
    list(origin).default([]),
  ),
  FORMS_FILE: setting(
    'Path of the JSON file with the forms; see [Forms](forms.md). Without it there is one form, `newsletter`.',
    'the path of a file that can be read',
    text.optional(),
  ),
  TRUST_PROXY: setting(
    'Number of proxies in front of this one, or their networks (CIDR, separated by commas); `off` for none.',
    'a number of proxies from 1 to 16, networks such as 10.0.0.0/8 (not those of all addresses, /0), or off',
    trustProxy.default(false),
  ),
  RATE_NETWORK: rateSetting(
    'Limit of sign-ups from one network (an IPv4 address or an IPv6 /56) per period, or `off`.',
    { limit: 30, windowMs: 10 * unitMs.m },
  ),
  RATE_ADDRESS: rateSetting(
    'Limit of sign-ups of one e-mail address per period, or `off`. Variants count as one address: `Ada+news@…` is `ada@…`.',
    { limit: 3, windowMs: unitMs.d },
  ),
  RATE_FORM: rateSetting('Limit of sign-ups at one form per period, or `off`.', {
    limit: 300,
    windowMs: unitMs.m,
  }),
  RATE_SERVICE: rateSetting('Limit of sign-ups at all forms together per period, or `off`.', {
    limit: 1000,
    windowMs: unitMs.m,
  }),
  RATE_PLAIN: rateSetting(
    'Limit of sign-ups without scripts from one network per period, or `off`. No such sign-up uses up what is kept for those with a proof of work.',
    { limit: 3, windowMs: unitMs.m },
  ),
  RATE_PAGES: setting(
    'Limit of requests for hosted pages, form definitions, QR codes and other pages from one network per period, or `off`. Default: `1000/1m`; `off` if `RATE_NETWORK` is `off`.',
    'a number and a time such as 1000/1m (s, m, h or d), or off',
    rate.optional(),
  ),
  RATE_TOKEN: rateSetting(
    'Limit of requests to `/api/` with one token per period, or `off`; and of requests without a valid one from one network.',
    { limit: 600, windowMs: unitMs.m },
  ),
  PLAIN_SHARE: setting(
    'Part of `RATE_FORM` and `RATE_SERVICE` that sign-ups without scripts have beside them, in percent; `0` allows none.',
    'a percentage from 0 to 100',
    count(0, 100).default(10),
  ),
  PLAIN_LEAST_AGE: setting(
    'How old the page that asks for a click without scripts must be for the click to count, or `off`.',
    'a time such as 3s (s, m, h or d), or off',
    z.union([z.literal('off').transform(() => 0), duration]).default(3 * unitMs.s),
  ),
  BOT_MODE: setting(
    '`enforce` refuses robots. `observe` accepts them, but counts and logs what would have been refused. `off` requires no proof of work.',
    'enforce, observe or off',
    z.enum(botModes).default('enforce'),
  ),
  PROOF_WORK: setting(
    'Most work of a proof at low load, in thousands of PBKDF2 iterations; half of it on average. It rises with the load, up to six times as much, at most 300.',
    `a number from 1 to ${mostWork}`,
    count(1, mostWork).default(50),
  ),
  CHALLENGE_SECRET: secretSetting(
    'Key that signs challenges and tokens. Without it, one is made and stored in the database.',
    'at least 32 characters, such as `openssl rand -hex 32` prints',
    (value) => value.length >= 32,
  ),
  DISPOSABLE: setting(
    'How to treat disposable e-mail addresses, including some privacy relays: `allow`, `flag` (accept with the attribute `disposable`) or `refuse`.',
    'allow, flag or refuse',
    z.enum(['allow', 'flag', 'refuse']).default('allow'),
  ),
  INTERNATIONAL_ADDRESSES: setting(
    'Whether e-mail addresses may have non-ASCII letters before the @, which not every mail system supports: `accept` or `refuse`. After the @ they are always accepted.',
    'accept or refuse',
    z.enum(['accept', 'refuse']).default('refuse'),
  ),
  THANK_YOU_PAGES: setting(
    'Pages that a plain form may redirect to, separated by commas. A trailing slash allows every page below it.',
    'addresses such as https://www.example.com/thanks, without query, separated by commas',
    list(pageAddress).default([]),
  ),
  CONTACTS_REFRESH: setting(
    'How often rasa.io is asked who has unsubscribed or was archived, so that they are not brought back, or `off`. With version 2 at most once a day.',
    'a time such as 15m (s, m, h or d), or off',
    z.union([z.literal('off'), duration]).default(15 * unitMs.m),
  ),
  CONTACTS_RESUBSCRIBE: setting(
    'Which contacts that have left are brought back by `POST /api/contacts`, if the item has `consent`: of `unsubscribed`, `bounced`, `complained`, `archived`. Default: none.',
    'unsubscribed, bounced, complained, archived or several of them, separated by commas',
    list(z.enum(['unsubscribed', 'bounced', 'complained', 'archived'])).default([]),
  ),
  OUTBOX_MAX: setting(
    'Maximum number of sign-ups that wait for delivery. Above it the form answers 503.',
    'a number of sign-ups, 1 to 100000000',
    count(1, 100_000_000).default(1_000_000),
  ),
  OUTBOX_MAX_AGE: setting(
    'Sign-ups that have waited longer are set aside without being sent. Default: no limit.',
    'a time such as 30d (s, m, h or d)',
    duration.optional(),
  ),
  KEEP_FOR_HANDOVER: setting(
    'How long the address of a delivered sign-up is kept, sealed, for `contacts new`, `contacts survival --csv`, webhooks `--with-email`, and `notify.addresses` of forms. Default: it is not kept.',
    'a time such as 30d (s, m, h or d), 90d at most',
    duration.refine((ms) => ms <= 90 * unitMs.d).optional(),
  ),
  OUTBOX_KEY: secretSetting(
    'Key that encrypts the sign-ups in the database. Required with `DATABASE_URL`; otherwise one is made and stored in `DATA_DIR`.',
    '32 bytes in hex or base64, such as `openssl rand -hex 32` prints',
    isOutboxKey,
  ),
  OUTBOX_KEY_PREVIOUS: secretSetting(
    'The previous `OUTBOX_KEY`, while older rows are still encrypted with it.',
    '32 bytes in hex or base64, such as `openssl rand -hex 32` prints',
    isOutboxKey,
  ),
  DATABASE_URL: secretSetting(
    'PostgreSQL database for accepted sign-ups; several proxies can share it. Default: an SQLite file in `DATA_DIR`.',
    'an address such as postgres://user:password@host/database',
    isPostgresUrl,
  ),
  DATABASE_POOL: setting(
    'Number of connections to the PostgreSQL database.',
    'a number from 2 to 100',
    count(2, 100).default(5),
  ),
  ...mailSettings,
  ...alertSettings,
  ...upstreamSettings,
} satisfies Record<string, Setting<unknown>>;
