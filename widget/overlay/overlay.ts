import styles from './overlay.css?inline';
import { openQuietTime, type QuietTime } from './quiet-time.ts';
import { addStyles } from '../styles.ts';

/**
 * Opens and closes a form over the page: as a modal dialog, or as a slide-in or bar that leaves the page
 * usable. A form that opens by itself does not take the focus from a visitor who is typing. The module is
 * loaded only for these displays. Its signature and markup must not change, because a page may pin an old
 * `embed.js` permanently.
 *
 * The overlay is shown in the browser's top layer, where the page's `z-index` has no effect. The page itself
 * is not changed, so it still scrolls behind a dialog.
 */
export function startOverlay(host: HTMLElement): () => void {
  const root = host.shadowRoot;
  const dialog = root?.querySelector('dialog');
  const opener = root?.querySelector<HTMLElement>('.opener');
  const closer = root?.querySelector<HTMLElement>('.close');
  if (!root || !dialog || !opener || !closer) return () => undefined;
  addStyles(root, styles);

  const triggers = readTriggers(host.getAttribute('open-on') ?? '');
  const opensByItself = triggers.some((trigger) => trigger.on !== 'button');
  const quiet = openQuietTime(host, opensByItself);
  const overlay = new Overlay(dialog, opener, quiet);
  const stopped = new AbortController();
  const { signal } = stopped;

  opener.hidden = !triggers.some((trigger) => trigger.on === 'button');
  opener.addEventListener(
    'click',
    () => {
      overlay.open('asked');
    },
    { signal },
  );
  closer.addEventListener(
    'click',
    () => {
      overlay.close();
    },
    { signal },
  );
  host.addEventListener(
    'signup-accepted',
    () => {
      quiet.keepForEver();
    },
    { signal },
  );
  overlay.listen(signal);
  if (opensByItself && !quiet.isNow()) {
    const once = new AbortController();
    signal.addEventListener('abort', () => {
      once.abort();
    });
    for (const trigger of triggers) {
      watch(trigger, once.signal, () => {
        once.abort();
        whenTypingStops(host, signal, () => {
          overlay.open('by itself');
        });
      });
    }
  }

  return () => {
    stopped.abort();
    overlay.hide();
  };
}

type Trigger =
  | { readonly on: 'button' }
  | { readonly on: 'time'; readonly seconds: number }
  | { readonly on: 'scroll'; readonly share: number }
  | { readonly on: 'exit' };

/** Unknown words are ignored. If none is left, there is a button. */
function readTriggers(text: string): readonly Trigger[] {
  const triggers = text.split(/\s+/).flatMap((word): Trigger[] => {
    const [, number, unit] = /^(\d+)(s|%)$/.exec(word) ?? [];
    if (unit === 's') return [{ on: 'time', seconds: Number(number) }];
    if (unit === '%') return [{ on: 'scroll', share: Number(number) / 100 }];
    return word === 'button' || word === 'exit' ? [{ on: word }] : [];
  });
  return triggers.length > 0 ? triggers : [{ on: 'button' }];
}

function watch(trigger: Trigger, signal: AbortSignal, fire: () => void): void {
  switch (trigger.on) {
    case 'button':
      return;
    case 'time': {
      const timer = setTimeout(fire, trigger.seconds * 1000);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
      });
      return;
    }
    case 'scroll':
      addEventListener(
        'scroll',
        () => {
          if (scrolledShare() >= trigger.share) fire();
        },
        { signal, passive: true },
      );
      return;
    case 'exit':
      // The pointer left towards the tabs and the address bar. Touch screens have no such signal.
      document.documentElement.addEventListener(
        'mouseleave',
        ({ clientY }) => {
          if (clientY <= 0) fire();
        },
        { signal },
      );
  }
}

function scrolledShare(): number {
  const { scrollHeight } = document.documentElement;
  return (scrollY + innerHeight) / scrollHeight;
}

/** Waits while the visitor is typing elsewhere on the page. */
function whenTypingStops(host: Element, signal: AbortSignal, open: () => void): void {
  const typesIn = 'input, textarea, select, [contenteditable]';
  const active = document.activeElement;
  if (active === host || !active?.matches(typesIn)) open();
  else
    active.addEventListener(
      'blur',
      () => {
        setTimeout(() => {
          if (!signal.aborted) whenTypingStops(host, signal, open);
        });
      },
      { once: true, signal },
    );
}

class Overlay {
  readonly #dialog: HTMLDialogElement;
  readonly #opener: HTMLElement;
  readonly #quiet: QuietTime;
  readonly #isModal: boolean;
  #before: HTMLElement | undefined;

  constructor(dialog: HTMLDialogElement, opener: HTMLElement, quiet: QuietTime) {
    this.#dialog = dialog;
    this.#opener = opener;
    this.#quiet = quiet;
    this.#isModal = dialog.classList.contains('dialog');
    // The keyboard starts at the top of the form, and a screen reader announces the dialog.
    dialog.tabIndex = -1;
    if (!this.#isModal) dialog.popover = 'manual';
  }

  open(how: 'asked' | 'by itself'): void {
    const dialog = this.#dialog;
    if (this.#isOpen) return;
    this.#before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    // Otherwise the browser would move the focus into it, as it does for a modal dialog.
    dialog.inert = !this.#isModal;
    if (this.#isModal) dialog.showModal();
    else dialog.showPopover();
    dialog.inert = false;
    if (how === 'asked') dialog.querySelector<HTMLElement>('form :is(input, select)')?.focus();
    else if (this.#isModal) dialog.focus();
  }

  /** Closes on the visitor's request. */
  close(): void {
    const hadFocus = this.#dialog.matches(':focus-within');
    this.hide();
    this.#quiet.begin();
    // After a modal dialog the browser itself returns the focus to the page.
    if (!hadFocus || this.#isModal) return;
    if (this.#opener.hidden) this.#before?.focus();
    else this.#opener.focus();
  }

  hide(): void {
    if (!this.#isOpen) return;
    if (this.#isModal) this.#dialog.close();
    else this.#dialog.hidePopover();
  }

  listen(signal: AbortSignal): void {
    const dialog = this.#dialog;
    let pressed: EventTarget | null = null;
    // Escape. Browsers fire `cancel` only for modal dialogs.
    dialog.addEventListener(
      'cancel',
      () => {
        this.#quiet.begin();
      },
      { signal },
    );
    dialog.addEventListener(
      'keydown',
      ({ key }) => {
        if (key === 'Escape' && !this.#isModal) this.close();
      },
      { signal },
    );
    if (!this.#isModal) return;
    // A click beside the dialog closes it. Selecting text and releasing the pointer beside it does not.
    dialog.addEventListener(
      'pointerdown',
      (event) => {
        pressed = this.#isBeside(event) ? event.target : null;
      },
      { signal },
    );
    dialog.addEventListener(
      'click',
      (event) => {
        if (pressed === dialog && this.#isBeside(event)) this.close();
      },
      { signal },
    );
  }

  get #isOpen(): boolean {
    return this.#isModal ? this.#dialog.open : this.#dialog.matches(':popover-open');
  }

  #isBeside({ clientX, clientY, target }: MouseEvent): boolean {
    const { left, right, top, bottom } = this.#dialog.getBoundingClientRect();
    return (
      target === this.#dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom)
    );
  }
}
