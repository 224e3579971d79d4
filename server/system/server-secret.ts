import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, replaceFile, type Files } from './files.ts';
import type { Secret } from './secret.ts';

/**
 * The secret that this proxy signs and hashes with: the operator's, or a random one that is created at the
 * first start and kept in `DATA_DIR/challenge-secret`, so that a restart does not invalidate pages that are
 * open in a browser. Each purpose gets a separate key (HKDF, RFC 5869).
 */
export interface ServerSecret {
  /** The key for one purpose: 256 bits, in hex. */
  derive(purpose: 'challenge' | 'challenge solution' | 'page token' | 'address' | 'builder'): string;
}

export interface ServerSecretOptions {
  readonly dataDir: string;
  readonly files: Files;
  readonly given: Secret | undefined;
}

export async function openServerSecret({
  dataDir,
  files,
  given,
}: ServerSecretOptions): Promise<ServerSecret> {
  const secret = given?.reveal() ?? (await openSecretFile(dataDir, files));
  return {
    derive: (purpose) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)).toString('hex'),
  };
}

async function openSecretFile(dataDir: string, files: Files): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'challenge-secret');
  const kept = (await readIfThere(files, path))?.trim() ?? '';
  if (/^[0-9a-f]{64}$/.test(kept)) return kept;
  const made = randomBytes(32).toString('hex');
  await replaceFile(files, path, made);
  return made;
}
