import type { Messages } from '../../../shared/messages/messages.ts';
import type { Checked, Form } from '../../forms/forms.ts';
import type { Evidence } from '../../outbox/signup.ts';
import type { Database } from '../../store/database.ts';
import { createKeyedHash, type KeyedHash } from '../../system/keyed-hash.ts';
import { Wordings } from './wordings.ts';

export interface Visited {
  readonly form: Form;
  /** The texts that the visitor saw. */
  readonly words: Messages;
  readonly checked: Extract<Checked, { readonly is: 'valid' }>;
  /** See `networkOf`. */
  readonly network: string;
}

/**
 * What a receipt will say of a sign-up, beside its contact. Rejects as `Database.write` does where a text
 * cannot be kept.
 */
export type EvidenceOf = (visited: Visited) => Promise<Evidence>;

/** @param key 32 bytes, which never rotate: for the hashes of networks. */
export function createEvidence(options: {
  readonly database: Pick<Database, 'write'>;
  readonly key: Uint8Array;
}): EvidenceOf {
  const wordings = new Wordings(options);
  const hash = createKeyedHash(options.key);
  return async ({ form, words, checked: { ticked, page }, network }) => ({
    lang: words.lang,
    wording: await wordings.hashOf(form, words),
    network: storeHashOf(hash, network),
    ticked,
    page,
    attribute: form.consentReceipt,
  });
}

/** The store's keyed hash of a network, in hex. */
export function storeHashOf(hash: KeyedHash, network: string): string {
  return Buffer.from(hash(network), 'latin1').toString('hex');
}

/** Of the server secret that `createEvidence` and whoever checks a network hash with. */
export const networkSecret = 'consent network';
