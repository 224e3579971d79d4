import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { FormDefinition } from '../../../shared/form.ts';
import { loadDefinition, loadPart, submit, unreachable, type Sent } from '../../client.ts';
import type * as proof from '../../proof/proof.ts';
import type { Values } from '../values.ts';

/** The part of a form that sending needs. */
interface Sendable {
  readonly action: string;
  readonly definition: FormDefinition;
}

/**
 * Sends the sign-ups of one form, with a proof of work if the form needs one. A proof is made from the first
 * touch on, and stopped when the host leaves the page. A submitted sign-up is sent even then.
 */
export class ProofOfWork implements ReactiveController {
  /** Resolves to `undefined` if proofs cannot be made on this page. */
  #proofs: Promise<proof.Proofs | undefined> | undefined;
  /** Those that a submitted sign-up waits for. */
  #sending: Promise<proof.Proofs | undefined> | undefined;

  constructor(host: Pick<ReactiveControllerHost, 'addController'>) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.stop();
  }

  /** Cheap enough to call at every keystroke. */
  prepare(form: Sendable): void {
    void this.#proofsOf(form)?.then((proofs) => proofs?.prepare());
  }

  /** Stops a proof that is no longer needed. The next form may have another `src`. */
  stop(): void {
    if (this.#proofs !== this.#sending) void this.#proofs?.then((proofs) => proofs?.stop());
    this.#proofs = undefined;
  }

  /**
   * Sends a sign-up in the way that this page allows. `impossible` means that only a plain form can be
   * submitted.
   */
  async send(form: Sendable, fields: Values): Promise<Sent> {
    if (hasOpaqueOrigin()) return { is: 'impossible' };
    if (!form.definition.proof) return submit(form.action, fields);
    const sending = (this.#sending = this.#proofsOf(form));
    const proofs = await sending;
    const sent = proofs ? await proofs.submit(fields) : await this.#whyNot(form);
    if (this.#sending === sending) this.#sending = undefined;
    return sent;
  }

  /**
   * Tells a module that is blocked on this page from a lost connection. Without a connection the plain form
   * would fail too.
   */
  async #whyNot({ action }: Sendable): Promise<Sent> {
    return (await loadDefinition(action)) ? { is: 'impossible' } : unreachable;
  }

  /** The module is loaded at the first call. */
  #proofsOf({ action, definition }: Sendable): Promise<proof.Proofs | undefined> | undefined {
    if (!definition.proof || hasOpaqueOrigin()) return undefined;
    this.#proofs ??= loadPart<typeof proof>(action, 'proof').then(
      ({ Proofs }) => new Proofs(action),
      () => (this.#proofs = undefined),
    );
    return this.#proofs;
  }
}

/**
 * Whether this page is a sandboxed frame or a file. Any site can create one, so the proxy accepts only plain
 * forms from such an origin.
 */
function hasOpaqueOrigin(): boolean {
  return origin === 'null';
}
