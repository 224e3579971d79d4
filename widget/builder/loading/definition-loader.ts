import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { FormDefinition } from '../../../shared/form.ts';

/** Loads the definition of the form that is designed, in its language. The last call wins. */
export class DefinitionLoader implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #prefix: string;
  #asked = '';
  #definition: FormDefinition | undefined;

  constructor(host: ReactiveControllerHost, prefix: string) {
    this.#host = host;
    this.#prefix = prefix;
    host.addController(this);
  }

  hostConnected(): void {
    // Loading starts with the first design that is shown.
  }

  /** `undefined` until the definition of `form` has loaded. */
  of(form: string): FormDefinition | undefined {
    return this.#definition?.id === form ? this.#definition : undefined;
  }

  async load(form: string, lang: string): Promise<void> {
    const asked = `${this.#prefix}/forms/${encodeURIComponent(form)}?lang=${encodeURIComponent(lang)}`;
    if (this.#asked === asked) return;
    this.#asked = asked;
    this.#definition = undefined;
    try {
      const response = await fetch(asked, { headers: { accept: 'application/json' } });
      const definition = (await response.json()) as FormDefinition;
      if (this.#asked !== asked || !response.ok) return;
      this.#definition = definition;
      this.#host.requestUpdate();
    } catch {
      // The proxy is down; the next change tries again.
      if (this.#asked === asked) this.#asked = '';
    }
  }
}
