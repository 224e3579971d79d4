import type { FormDefinition } from '../../shared/form.ts';
import { loadDefinition, loadPart, submit, unreachable, type Sent } from '../client.ts';
import type * as proof from '../proof/proof.ts';
import type { Values } from './values.ts';

/** A form as far as sending needs it. */
export interface Sendable {
  readonly src: string;
  readonly definition: FormDefinition;
  /** Once it was touched, where a proof is wanted; `undefined` in it where none can be had. */
  proofs: Promise<proof.Proofs | undefined> | undefined;
}

/** Whether this is a sandboxed frame, or a file: anybody may have one, so that the proxy takes but plain forms from them. */
function isNobodys(): boolean {
  return origin === 'null';
}

/** What proves that a person has filled it in; loaded at the first call. */
export function proofsOf(form: Sendable): Sendable['proofs'] {
  const { src, definition } = form;
  if (!definition.proof || isNobodys()) return undefined;
  form.proofs ??= loadPart<typeof proof>(src, 'proof').then(
    ({ Proofs }) => new Proofs(src),
    () => (form.proofs = undefined),
  );
  return form.proofs;
}

/** Sends a sign-up in whichever way this page allows. `impossible` leaves the plain form's way. */
export async function send(form: Sendable, fields: Values): Promise<Sent> {
  if (isNobodys()) return { is: 'impossible' };
  if (!form.definition.proof) return submit(form.src, fields);
  const proofs = await proofsOf(form);
  if (proofs) return proofs.submit(fields);
  // Blocked on this page, or has the line gone? Without a line the plain form's way would lead to nowhere.
  const { is } = await loadDefinition(form.src, undefined, new AbortController());
  return is === 'loaded' ? { is: 'impossible' } : unreachable;
}
