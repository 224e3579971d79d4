import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { LoadedForm } from './form-loader.ts';

interface Host extends ReactiveControllerHost, HTMLElement {
  readonly shadowRoot: ShadowRoot | null;
}

/** Lets `overlay.ts` open and close the host's dialog, from its first drawing until the host leaves. */
export class OverlayOpener implements ReactiveController {
  readonly #host: Host;
  readonly #loader: { readonly form: LoadedForm | undefined };
  #dialog: Element | null | undefined;
  #wasOpen: boolean | undefined;
  #stop: (() => void) | undefined;

  constructor(host: Host, loader: { readonly form: LoadedForm | undefined }) {
    this.#host = host;
    this.#loader = loader;
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
    this.#stop = dialog ? this.#loader.form?.overlay?.start(this.#host) : undefined;
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
