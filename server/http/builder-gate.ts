import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';

export const builderModes = ['on', 'off', 'token'] as const;
export type BuilderMode = (typeof builderModes)[number];

/** Decides who may open the builder. For everyone else its pages do not exist (404). */
export interface BuilderGate {
  /** `token` is the query parameter `token` of the request. */
  isOpen(token: unknown): boolean;
  /** The query string for links to the builder's pages, such as `?token=…`; empty if no token is needed. */
  readonly query: string;
}

/** The token stays the same for as long as the key does. */
export function createBuilderGate(mode: BuilderMode, key: Uint8Array): BuilderGate {
  if (mode !== 'token') return { isOpen: () => mode === 'on', query: '' };
  const right = Buffer.from(hkdfSync('sha256', key, '', 'builder', 16)).toString('hex');
  const rightHash = hash(right);
  return {
    // timingSafeEqual needs inputs of equal length, which hashes have.
    isOpen: (token) => typeof token === 'string' && timingSafeEqual(hash(token), rightHash),
    query: `?token=${right}`,
  };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
