/** What the opener uses of the element, which is a host of Lit's reactive controllers. */
interface Host extends HTMLElement {
  addController(controller: OverlayOpener): void;
  requestUpdate(): void;
}

/** Lets the host's dialog be opened and closed, from its first drawing until the host leaves. */
export class OverlayOpener {
  readonly #host: Host;
  readonly #start: (host: HTMLElement) => () => void;
  #dialog: Element | null | undefined;
  #wasOpen: boolean | undefined;
  #stop: (() => void) | undefined;

  constructor(host: Host, start: (host: HTMLElement) => () => void) {
    this.#host = host;
    this.#start = start;
    host.addController(this);
  }

  hostUpdate(): void {
    this.#wasOpen = this.#dialog?.checkVisibility();
  }

  hostUpdated(): void {
    const dialog = this.#host.isConnected ? this.#host.shadowRoot?.querySelector('dialog') : null;
    if (dialog === this.#dialog) return;
    this.#stop?.();
    this.#dialog = dialog;
    this.#stop = dialog ? this.#start(this.#host) : undefined;
    // The form was drawn anew while it was open.
    if (dialog && this.#wasOpen) this.#host.shadowRoot?.querySelector<HTMLElement>('.opener')?.click();
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.hostUpdated();
  }
}
