import { hash } from 'node:crypto';
import type { NewRow, Row } from '../../store/database.ts';

/** What seals the rows of one minute, and everything before it. */
export interface Root {
  /** From 1, without gaps. */
  readonly block: number;
  /** Unix time in ms. */
  readonly sealedMs: number;
  /** How many rows it seals. */
  readonly rows: number;
  /** The root of the Merkle tree over the leaves, in the order of the rows' ids; SHA-256 in hex. */
  readonly root: string;
  /** The `hash` of the block before; 64 zeros before the first one. */
  readonly previous: string;
  /** SHA-256 over all of the above. */
  readonly hash: string;
}

/** Before the first block. */
export const noHash = '0'.repeat(64);

/**
 * The Merkle tree hash of RFC 6962 (2.1) over hashes of leaves.
 *
 * @param leaves in hex, at least one.
 */
export function merkleRoot(leaves: readonly string[]): string {
  let level: Buffer[] = leaves.map((leaf) => Buffer.from(leaf, 'hex'));
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      // The last one of an odd number goes up as it is.
      if (left) above.push(right ? hash('sha256', Buffer.concat([node, left, right]), 'buffer') : left);
    }
    level = above;
  }
  return level[0]?.toString('hex') ?? noHash;
}

/** Tells what is above from a leaf, which begins with a zero byte. */
const node = Buffer.of(1);

/** The next block of the chain. */
export function chained(
  { block, hash: previous }: Pick<Root, 'block' | 'hash'>,
  { sealedMs, leaves }: { readonly sealedMs: number; readonly leaves: readonly string[] },
): Root {
  const next = { block: block + 1, sealedMs, rows: leaves.length, root: merkleRoot(leaves), previous };
  return { ...next, hash: chainHash(next) };
}

export function chainHash({ block, sealedMs, rows, root, previous }: Omit<Root, 'hash'>): string {
  return hash('sha256', JSON.stringify(['root 1', block, sealedMs, rows, root, previous]), 'hex');
}

export function rootRow({ block, sealedMs, rows, root, previous, hash }: Root): NewRow {
  return { id: idOfBlock(block), sealed_at: sealedMs, rows, root, previous, hash };
}

export function idOfBlock(block: number): string {
  return String(block).padStart(10, '0');
}

/** The columns that `rootOf` reads. */
export const rootColumns = 'id, sealed_at, rows, root, previous, hash';

export function rootOf(row: Row): Root {
  return {
    block: Number(row['id']),
    sealedMs: Number(row['sealed_at']),
    rows: Number(row['rows']),
    root: String(row['root']),
    previous: String(row['previous']),
    hash: String(row['hash']),
  };
}

/** One line of the file of roots: JSON, with the time as ISO 8601. */
export function lineOfRoot({ block, sealedMs, rows, root, previous, hash }: Root): string {
  return JSON.stringify({ block, sealed: new Date(sealedMs).toISOString(), rows, root, previous, hash });
}

/** `undefined` for a line that is not one. */
export function rootOfLine(line: string): Root | undefined {
  try {
    const { block, sealed, rows, root, previous, hash } = JSON.parse(line) as Record<string, unknown>;
    const isRoot = typeof block === 'number' && typeof rows === 'number' && typeof sealed === 'string';
    if (!isRoot) return undefined;
    const hashes = { root: String(root), previous: String(previous), hash: String(hash) };
    return { block, rows, sealedMs: Date.parse(sealed), ...hashes };
  } catch {
    // A line that was cut short, or another file.
    return undefined;
  }
}
