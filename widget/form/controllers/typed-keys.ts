import type { ReactiveController, ReactiveControllerHost } from 'lit';

const types = ['keydown', 'keypress', 'keyup'] as const;

/** The keys that a page may need while the visitor types. */
const ofThePage = /^(Esc|Tab|F\d|Shift|Con|Alt|Meta)/;

/**
 * Keeps keys that are typed into the host from the handlers of the page, which would take them for shortcuts:
 * they see only the host, and no input. Nothing is prevented, so the browser still types.
 */
export class TypedKeys implements ReactiveController {
  readonly #host: HTMLElement;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    for (const type of types) addEventListener(type, this.#keep, true);
  }

  hostDisconnected(): void {
    for (const type of types) removeEventListener(type, this.#keep, true);
  }

  readonly #keep = (event: KeyboardEvent): void => {
    const { ctrlKey, metaKey, altKey, key } = event;
    const isShortcut = (ctrlKey || metaKey || altKey) && !event.getModifierState('AltGraph');
    if (isShortcut || ofThePage.test(key)) return;
    if (this.#host.shadowRoot?.contains(event.composedPath()[0] as Node)) event.stopImmediatePropagation();
  };
}
