import { readFile } from 'node:fs/promises';
import type { ClientConfig } from 'pg';
import type { Secret } from '../../system/secret.ts';
import { readUrl } from '../../system/urls.ts';
import { StoreRefused } from '../errors.ts';

/** The part of a connection URL that decides about TLS, as the libpq of PostgreSQL names it. */
const tlsParameters = [
  'sslmode',
  'ssl',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'uselibpqcompat',
  'sslnegotiation',
];

/**
 * How to connect, from a URL. TLS is verified unless the URL says otherwise: `sslmode=disable` goes without,
 * `sslmode=no-verify` takes any certificate, `sslrootcert=FILE` trusts that one. Without any of them a server
 * on this machine is reached without TLS. The server lists its connections as those of `rasa-signup`, unless
 * the URL has another `application_name`.
 */
export async function connectionSettings(databaseUrl: Secret): Promise<ClientConfig> {
  const url = readUrl(databaseUrl.reveal());
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new StoreRefused('DATABASE_URL must look like postgres://user:password@host:5432/database.');
  }
  const given = new Map(tlsParameters.map((name) => [name, url.searchParams.get(name) ?? undefined]));
  for (const name of tlsParameters) url.searchParams.delete(name);
  return {
    connectionString: url.href,
    ssl: await tlsFor(url, given),
    fallback_application_name: 'rasa-signup',
  };
}

async function tlsFor(
  url: URL,
  given: ReadonlyMap<string, string | undefined>,
): Promise<NonNullable<ClientConfig['ssl']>> {
  const mode = given.get('sslmode');
  switch (mode) {
    case 'disable':
      return false;
    case 'no-verify':
      return { rejectUnauthorized: false };
    case undefined:
      if (isLocal(url) && given.get('sslrootcert') === undefined) return false;
      break;
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      break;
    default:
      throw new StoreRefused(
        `DATABASE_URL has sslmode=${mode}; use verify-full (the default), no-verify or disable.`,
      );
  }
  const [ca, cert, key] = await Promise.all(
    ['sslrootcert', 'sslcert', 'sslkey'].map((name) => readGiven(name, given.get(name))),
  );
  return {
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function isLocal({ hostname, searchParams }: URL): boolean {
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  return host === '' || host.startsWith('/') || ['localhost', '127.0.0.1', '[::1]'].includes(host);
}

async function readGiven(name: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined || path === 'system') return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StoreRefused(`DATABASE_URL names ${path} as ${name}, which cannot be read.`, { cause: error });
  }
}
