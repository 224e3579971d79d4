import type { FormDefinition } from '../../shared/form.ts';
import { loadDefinition, loadPart, submit, unreachable, type Sent } from '../client.ts';
import type * as proof from '../proof/proof.ts';
import type { Values } from './values.ts';

/** The part of a form that sending needs. */
export interface Sendable {
  readonly src: string;
  readonly definition: FormDefinition;
  /**
   * Set at the first touch, if the form needs a proof. Resolves to `undefined` if proofs cannot be made here.
   */
  proofs: Promise<proof.Proofs | undefined> | undefined;
}

/**
 * Whether this page is a sandboxed frame or a file. Any site can create one, so the proxy accepts only plain
 * forms from such an origin.
 */
function hasOpaqueOrigin(): boolean {
  return origin === 'null';
}

/** The proofs of work for this form. Their module is loaded at the first call. */
export function proofsOf(form: Sendable): Sendable['proofs'] {
  const { src, definition } = form;
  if (!definition.proof || hasOpaqueOrigin()) return undefined;
  form.proofs ??= loadPart<typeof proof>(src, 'proof').then(
    ({ Proofs }) => new Proofs(src),
    () => (form.proofs = undefined),
  );
  return form.proofs;
}

/**
 * Sends a sign-up in the way that this page allows. `impossible` means that only a plain form can be
 * submitted.
 */
export async function send(form: Sendable, fields: Values): Promise<Sent> {
  if (hasOpaqueOrigin()) return { is: 'impossible' };
  if (!form.definition.proof) return submit(form.src, fields);
  const proofs = await proofsOf(form);
  if (proofs) return proofs.submit(fields);
  // Tells a module that is blocked on this page from a lost connection. Without a connection the plain form
  // would fail too.
  const { is } = await loadDefinition(form.src, undefined, new AbortController());
  return is === 'loaded' ? { is: 'impossible' } : unreachable;
}
