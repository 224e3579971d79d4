import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, type Env } from '../../../server/config/config.ts';

const credentials = {
  RASA_USERNAME: 'owner@example.com',
  RASA_PASSWORD: 'correct horse',
  RASA_API_KEY: '0c6f8b0e-5d0e-4a39-a3c3-0d1b3c1c2f11',
};

function faultsOf(env: Env): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('readConfig', () => {
  it('needs no variables to try the product', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      dataDir: 'data',
      trustProxy: false,
      rates: {
        network: { limit: 30, windowMs: 600_000 },
        address: { limit: 3, windowMs: 86_400_000 },
        form: { limit: 300, windowMs: 60_000 },
        service: { limit: 1000, windowMs: 60_000 },
      },
      bots: { mode: 'enforce' },
      accounts: [{ name: 'main', isNamed: false, upstream: { is: 'sandbox', port: 8788 } }],
      allowLocalhost: true,
    });
  });

  it('treats an empty variable as not set', () => {
    expect(readConfig({ PORT: '', RASA_API_KEY: '' })).toMatchObject({
      port: 8787,
      accounts: [{ upstream: { is: 'sandbox' } }],
    });
  });

  it('reports every fault at once, each with variable, found and wanted', () => {
    const faults = faultsOf({ PORT: 'http', TRUST_PROXY: 'true', RATE_NETWORK: 'many', LOG_LEVEL: 'loud' });
    expect(faults).toEqual([
      'PORT: found "http", wanted a port number, 0 to 65535, or the path of a socket (107 bytes at most) such as /run/rasa-signup.sock.',
      expect.stringMatching(/^LOG_LEVEL: found "loud", wanted one of trace, debug/),
      expect.stringMatching(/^TRUST_PROXY: found "true", wanted a number of proxies/),
      expect.stringMatching(/^RATE_NETWORK: found "many", wanted a number and a time such as 30\/10m/),
    ]);
  });

  it('does not start in production because a credential was forgotten', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^RASA_USERNAME: found nothing.*SANDBOX=on/),
      expect.stringMatching(/^RASA_PASSWORD: found nothing/),
      expect.stringMatching(/^RASA_API_KEY: found nothing/),
      expect.stringMatching(/^ALLOWED_ORIGINS: found nothing/),
      expect.stringMatching(/^PUBLIC_URL: found nothing, wanted an address.*since NODE_ENV is production/),
    ]);
    expect(readConfig({ NODE_ENV: 'production', SANDBOX: 'on' }).accounts[0].upstream.is).toBe('sandbox');
  });

  it('does not fall back to the sandbox when one of three credentials is missing', () => {
    const { RASA_PASSWORD: _, ...two } = credentials;
    expect(faultsOf({ ...two, ALLOWED_ORIGINS: 'https://www.example.com' })).toEqual([
      'RASA_PASSWORD: found nothing, wanted the password, since the other credentials are set.',
    ]);
  });

  it('refuses the sandbox and credentials together', () => {
    expect(faultsOf({ ...credentials, SANDBOX: 'on' })).toEqual([
      expect.stringMatching(/^SANDBOX: found "on" together with credentials/),
    ]);
  });

  it('does not start with credentials but no page that may embed a form', () => {
    expect(faultsOf(credentials)).toEqual([expect.stringMatching(/^ALLOWED_ORIGINS: found nothing/)]);
  });

  it('keeps what is accepted in DATA_DIR, unless it is given a PostgreSQL database and a key for it', () => {
    expect(readConfig({}).store).toEqual({
      databaseUrl: undefined,
      poolSize: 5,
      key: undefined,
      previousKey: undefined,
    });
    const url = 'postgres://user:password@db.example/newsletter';
    const key = 'ab'.repeat(32);
    const { store } = readConfig({ DATABASE_URL: url, OUTBOX_KEY: key, DATABASE_POOL: '9' });
    expect([store.databaseUrl?.reveal(), store.key?.reveal(), store.poolSize]).toEqual([url, key, 9]);
    expect(() => readConfig({ DATABASE_URL: url })).toThrow(
      /OUTBOX_KEY: found nothing, wanted 32 bytes in hex or base64.*, since DATABASE_URL is set/,
    );
  });

  it.each(['mysql://db.example/x', 'db.example', 'https://db.example'])(
    'does not take %s for a database',
    (url) => {
      const env = { DATABASE_URL: url, OUTBOX_KEY: 'ab'.repeat(32) };
      expect(() => readConfig(env)).toThrow(
        /DATABASE_URL: found a value \(not shown\), wanted an address such as postgres:/,
      );
    },
  );

  it('never shows a secret, whatever is wrong', () => {
    const faults = faultsOf({ ...credentials, PORT: 'x' });
    const config = readConfig({ ...credentials, ALLOWED_ORIGINS: 'https://www.example.com' });
    const printed = `${faults.join()} ${JSON.stringify(config)} ${String(Object.values(config.accounts[0].upstream))}`;
    expect(printed).not.toContain(credentials.RASA_API_KEY);
    expect(printed).not.toContain(credentials.RASA_PASSWORD);
  });

  it.each([
    ['https://www.example.com', ['https://www.example.com']],
    ['https://www.example.com/, http://localhost:3000', ['https://www.example.com', 'http://localhost:3000']],
    ['HTTPS://WWW.Example.com:443', ['https://www.example.com']],
    ['https://bücher.example', ['https://xn--bcher-kva.example']],
  ])('reads the origins %s', (text, origins) => {
    expect(readConfig({ ALLOWED_ORIGINS: text }).allowedOrigins).toEqual(origins);
  });

  it.each(['https://www.example.com/blog', 'www.example.com', '*', 'https://*.example.com', 'null'])(
    'refuses the origin %s',
    (text) => {
      expect(faultsOf({ ALLOWED_ORIGINS: text })).toHaveLength(1);
    },
  );

  it.each([
    [`/run/${'é'.repeat(51)}`, true],
    [`/run/${'é'.repeat(52)}`, false],
    [`./${'x'.repeat(200)}`, false],
    [`\\\\.\\pipe\\${'x'.repeat(200)}`, true],
  ])('O6: PORT=%s is a path that one can listen at: %s', (path, isGood) => {
    if (isGood) expect(readConfig({ PORT: path }).port).toBe(path);
    else expect(faultsOf({ PORT: path })).toEqual([expect.stringMatching(/^PORT: found .*wanted a port/)]);
  });

  it.each([
    ['1', 1],
    ['off', false],
    ['10.0.0.0/8, 2001:db8::/32', ['10.0.0.0/8', '2001:db8::/32']],
    ['127.0.0.1', ['127.0.0.1']],
  ])('reads TRUST_PROXY=%s', (text, trustProxy) => {
    expect(readConfig({ TRUST_PROXY: text }).trustProxy).toEqual(trustProxy);
  });

  it.each(['true', '0', '99', 'loopback', '10.0.0.0/64', '-1'])('refuses TRUST_PROXY=%s', (text) => {
    expect(faultsOf({ TRUST_PROXY: text })).toHaveLength(1);
  });

  it.each(['0.0.0.0/0', '::/0', '10.0.0.0/8, 0.0.0.0/0', '192.0.2.1/0'])(
    'D4: believes not every visitor: TRUST_PROXY=%s',
    (text) => {
      expect(faultsOf({ TRUST_PROXY: text })).toEqual([
        expect.stringMatching(/^TRUST_PROXY: found ".*\/0", wanted .*not those of all addresses/),
      ]);
    },
  );

  it.each([
    ['5/1s', { limit: 5, windowMs: 1000 }],
    ['1000/2h', { limit: 1000, windowMs: 7_200_000 }],
    ['off', 'off'],
  ])('reads RATE_NETWORK=%s', (text, rate) => {
    expect(readConfig({ RATE_NETWORK: text }).rates.network).toEqual(rate);
  });

  it.each(['0/1m', '5', '5/m', '5/90d', '-5/1m'])('refuses RATE_NETWORK=%s', (text) => {
    expect(faultsOf({ RATE_NETWORK: text })).toHaveLength(1);
  });

  it.each([
    'http://api.rasa.io',
    'ftp://api.rasa.io',
    'https://api.rasa.io/?a=b',
    'https://u:p@api.rasa.io',
    'api.rasa.io',
  ])('does not send a password to %s', (text) => {
    expect(faultsOf({ RASA_BASE_URL: text })).toHaveLength(1);
  });
});
