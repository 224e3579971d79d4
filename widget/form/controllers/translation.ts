import type { ReactiveController, ReactiveControllerHost } from 'lit';

interface Host extends ReactiveControllerHost {
  renderRoot: HTMLElement | DocumentFragment;
  readonly shadowRoot: ShadowRoot | null;
}

/** Copies what was typed and chosen from one drawing of the form to the next. */
type CarryOver = (from: ParentNode, form: HTMLFormElement) => unknown;

/**
 * Draws the host anew if a translator has removed the comments by which Lit finds the parts that it changes.
 * Firefox removes them. What was typed, and the focus, are kept.
 */
export class Translation implements ReactiveController {
  readonly #host: Host;
  readonly #carryOver: CarryOver;
  #marks: number | undefined;
  #left: ParentNode | undefined;
  #focused: Element | null | undefined;

  constructor(host: Host, carryOver: CarryOver) {
    this.#host = host;
    this.#carryOver = carryOver;
    host.addController(this);
  }

  hostUpdate(): void {
    const { renderRoot, shadowRoot } = this.#host;
    if (this.#marks === undefined || countMarks(renderRoot as HTMLElement) === this.#marks) return;
    this.#focused = shadowRoot?.activeElement;
    this.#left = renderRoot;
    const fresh = document.createElement('div');
    shadowRoot?.replaceChildren(fresh);
    this.#host.renderRoot = fresh;
  }

  hostUpdated(): void {
    const { renderRoot } = this.#host;
    this.#marks = countMarks(renderRoot as HTMLElement);
    if (!this.#left) return;
    const form = renderRoot.querySelector('form');
    if (form) this.#carryOver(this.#left, form);
    const { name, part } = (this.#focused ?? {}) as Partial<HTMLInputElement>;
    const selector = name ? `[name=${name}]` : `[part='${String(part)}']`;
    renderRoot.querySelector<HTMLElement>(selector)?.focus();
    this.#left = undefined;
  }
}

function countMarks({ innerHTML }: { readonly innerHTML: string }): number {
  return innerHTML.split('<!--').length;
}
