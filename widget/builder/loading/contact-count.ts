import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { BuilderSetup } from '../../../shared/builder.ts';

/**
 * The number of contacts in the sandbox: of the time when the page was served, and again whenever the
 * marketer comes back to it, since a sign-up elsewhere may have added one.
 */
export class ContactCount implements ReactiveController {
  contacts: number | undefined;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost, { sandbox }: BuilderSetup) {
    this.#host = host;
    this.contacts = sandbox?.contacts;
    if (sandbox) host.addController(this);
  }

  hostConnected(): void {
    addEventListener('focus', this.#look);
    document.addEventListener('visibilitychange', this.#look);
  }

  hostDisconnected(): void {
    removeEventListener('focus', this.#look);
    document.removeEventListener('visibilitychange', this.#look);
  }

  readonly #look = (): void => {
    if (document.visibilityState === 'visible') void this.#load();
  };

  async #load(): Promise<void> {
    try {
      const response = await fetch(location.href);
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const setup = page.querySelector<HTMLElement>('signup-builder')?.dataset['setup'] ?? '';
      this.contacts = (JSON.parse(setup) as BuilderSetup).sandbox?.contacts;
      this.#host.requestUpdate();
    } catch {
      // The proxy is down, or the link to the builder has expired. The number stays as it was.
    }
  }
}
