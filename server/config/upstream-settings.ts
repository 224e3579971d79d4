import { z } from 'zod';
import type { Secret } from '../system/secret.ts';
import { secretSetting, setting, type Setting } from './setting.ts';
import { proxyAddress } from '../system/network/outgoing.ts';
import { accountNames, baseUrl, count, duration, port, text, unitMs } from './setting-schemas.ts';

const mostWaitWanted = 'a time from 1s to 300s, such as 45s or 2m';
const mostWait = duration.refine((ms) => ms <= 300 * unitMs.s);

const proxySetting = (about: string): Setting<Secret | undefined> => ({
  ...secretSetting(
    about,
    'the address of an HTTP proxy such as http://proxy.example.com:3128',
    (value) => proxyAddress(value) !== undefined,
  ),
  lowerCase: true,
});

/** The variables that say where sign-ups go, how they get there, and what stands in for rasa.io. */
export const upstreamSettings = {
  RASA_BATCH: setting(
    'Maximum number of contacts per call to rasa.io.',
    'a number from 1 to 25',
    count(1, 25).default(25),
  ),
  RASA_MIN_INTERVAL_MS: setting(
    'Minimum time between two calls to rasa.io, in milliseconds.',
    'a number of milliseconds, 0 to 60000',
    count(0, 60_000).default(200),
  ),
  RASA_READ_TIMEOUT: setting(
    'How long to wait for an answer of rasa.io to a call that reads.',
    mostWaitWanted,
    mostWait.default(28 * unitMs.s),
  ),
  RASA_WRITE_TIMEOUT: setting(
    'How long to wait for an answer of rasa.io to a call that adds contacts, or asks for a token. A call that is cut is sent again later.',
    mostWaitWanted,
    mostWait.default(30 * unitMs.s),
  ),
  HTTPS_PROXY: proxySetting(
    'HTTP proxy for calls to rasa.io by https. `https_proxy` is read too, and counts first.',
  ),
  HTTP_PROXY: proxySetting(
    'HTTP proxy for calls by http, and by https without `HTTPS_PROXY`. `http_proxy` is read too, and counts first.',
  ),
  NO_PROXY: {
    ...setting(
      'Hosts that are reached without the proxy, separated by commas: `example.com` with all below it, `host:port`, networks such as `10.0.0.0/8`, or `*`. `no_proxy` is read too, and counts first.',
      'hosts separated by commas',
      text.optional(),
    ),
    lowerCase: true,
  },
  RASA_API: setting(
    'How sign-ups reach rasa.io: version `v1` of its API, `v2` (experimental), or `webhook`, which needs no key.',
    'v1, v2 or webhook',
    z.enum(['v1', 'v2', 'webhook']).default('v1'),
  ),
  ACCOUNTS: setting(
    'Names of several rasa.io accounts, separated by commas. Each has its own credentials with two underscores behind its name: `RASA_HARBOUR__API_KEY`, `RASA_HARBOUR__USERNAME` and so on, and each form names its account. Default: one account without a name.',
    'different names of 1 to 30 small letters, digits and hyphens that begin with a letter, separated by commas',
    accountNames.default([]),
  ),
  RASA_USERNAME: {
    ...setting('User name of the rasa.io account.', 'the user name', text.optional()),
    file: true,
  },
  RASA_PASSWORD: secretSetting('Password of the rasa.io account.', 'the password'),
  RASA_API_KEY: secretSetting('API key, from rasa.io under Settings → API Keys.', 'the API key'),
  RASA_CLIENT_ID: {
    ...setting('With `RASA_API=v2`: the client id.', 'the client id', text.optional()),
    file: true,
  },
  RASA_CLIENT_SECRET: secretSetting('With `RASA_API=v2`: the client secret.', 'the client secret'),
  RASA_ACCOUNT_GUID: {
    ...setting(
      'With `RASA_API=v2`: GUID of the account, if the client can use several.',
      "the account's GUID",
      text.optional(),
    ),
    file: true,
  },
  RASA_SIGNUP_GUID: setting(
    "With `RASA_API=webhook`: the GUID in the URL of rasa.io's own sign-up form.",
    'the GUID, of letters, digits and hyphens',
    text.regex(/^[\w-]{1,100}$/).optional(),
  ),
  RASA_BASE_URL: setting(
    "URL of rasa.io's API.",
    'an https address without query (http on this machine only)',
    baseUrl.default('https://api.rasa.io'),
  ),
  RASA_PUBLIC_BASE_URL: setting(
    "URL of rasa.io's sign-up webhook.",
    'an https address without query (http on this machine only)',
    baseUrl.default('https://public-api.rasa.io'),
  ),
  SANDBOX: setting(
    '`on` uses the sandbox, also in production; `off` never does. Default: the sandbox is used if no credentials are set and `NODE_ENV` is not `production`.',
    'on or off',
    z.enum(['on', 'off']).optional(),
  ),
  SANDBOX_PORT: setting('Port of the sandbox.', 'a port number, 0 to 65535', port.default(8788)),
  SANDBOX_HOST: setting(
    'Address that the sandbox listens on. The sandbox shows its contacts to everyone who can reach it.',
    'a host name or an IP address',
    text.default('127.0.0.1'),
  ),
  SANDBOX_API_KEY: secretSetting(
    "The sandbox's first API key. Without it, one is made at the first start.",
    'any text without spaces',
  ),
} satisfies Record<string, Setting<unknown>>;
