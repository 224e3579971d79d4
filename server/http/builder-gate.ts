import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';

export const builderModes = ['on', 'off', 'token'] as const;
export type BuilderMode = (typeof builderModes)[number];

/** Who may open the builder. Whoever may not is told nothing: to them there is no such page. */
export interface BuilderGate {
  /** `token` is what the request's query has under that name. */
  isOpen(token: unknown): boolean;
  /** What a link to the builder's pages ends in; empty where none is needed. */
  readonly query: string;
}

/** The token stays the same for as long as the key does. */
export function createBuilderGate(mode: BuilderMode, key: Uint8Array): BuilderGate {
  if (mode !== 'token') return { isOpen: () => mode === 'on', query: '' };
  const right = Buffer.from(hkdfSync('sha256', key, '', 'builder', 16)).toString('hex');
  const rightHash = hash(right);
  return {
    // Hashes have one length, which timingSafeEqual wants.
    isOpen: (token) => typeof token === 'string' && timingSafeEqual(hash(token), rightHash),
    query: `?token=${right}`,
  };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
