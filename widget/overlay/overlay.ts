import styles from './overlay.css?inline';
import { OverlayOpener } from './opener.ts';
import { isTaken } from './page-state.ts';
import { Scope } from './scope.ts';
import { readTriggers, watch } from './triggers.ts';
import { openQuietTime, type QuietTime } from './quiet-time.ts';

/** Shared by all forms. The policy of a strict page allows it. */
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);

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
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);

  const triggers = readTriggers(host.getAttribute('open-on') ?? '');
  const opensByItself = triggers.some((trigger) => trigger.on !== 'button');
  const quiet = openQuietTime(host, opensByItself);
  const overlay = new Overlay(dialog, opener, quiet);
  const scope = new Scope();

  opener.hidden = !triggers.some((trigger) => trigger.on === 'button');
  scope.on(opener, 'click', () => {
    overlay.open('asked');
  });
  scope.on(closer, 'click', () => {
    overlay.close();
  });
  // Also a sign-up in another element for the same form, which is in the page.
  scope.on(document, 'signup-accepted', ({ target }) => {
    if (target instanceof Element) quiet.keepForEver(target);
  });
  overlay.listen(scope);
  if (opensByItself) {
    const once = new Scope();
    scope.atEnd(() => {
      once.end();
    });
    for (const trigger of triggers) {
      watch(trigger, once, () => {
        once.end();
        openWhenPossible(overlay, quiet, scope);
      });
    }
  }

  return () => {
    scope.end();
    overlay.hide();
  };
}

/** Starts the overlay whenever the host draws its dialog, from now on. */
export function openIn(host: ConstructorParameters<typeof OverlayOpener>[0]): void {
  if (!hosts.has(host)) new OverlayOpener(host, startOverlay);
  hosts.add(host);
}

const hosts = new WeakSet<HTMLElement>();

/** Half a second after whatever hinders it has ended. */
function openWhenPossible(overlay: Overlay, quiet: QuietTime, scope: Scope): void {
  if (scope.isOver || quiet.isNow() || overlay.isOpen) return;
  if (!overlay.open('by itself'))
    setTimeout(() => {
      openWhenPossible(overlay, quiet, scope);
    }, 500);
}

/** The open overlay of the page. There is never more than one. */
const opened = new Set<Overlay>();

class Overlay {
  readonly #dialog: HTMLDialogElement;
  readonly #opener: HTMLElement;
  readonly #quiet: QuietTime;
  readonly #isModal: boolean;
  #before: HTMLElement | undefined;
  #watching: ReturnType<typeof setInterval> | undefined;

  constructor(dialog: HTMLDialogElement, opener: HTMLElement, quiet: QuietTime) {
    this.#dialog = dialog;
    this.#opener = opener;
    this.#quiet = quiet;
    this.#isModal = dialog.classList.contains('dialog');
    // The keyboard starts at the top of the form, and a screen reader announces the dialog.
    dialog.tabIndex = -1;
    dialog.ariaModal = String(this.#isModal);
    if (!this.#isModal) dialog.popover = 'manual';
  }

  /**
   * Returns whether it is open now. By itself it does not open while the visitor types, or over something
   * that has taken the page. It is never open where it is not rendered or inert, because a modal dialog that
   * cannot be used would block the whole page.
   */
  open(how: 'asked' | 'by itself'): boolean {
    const dialog = this.#dialog;
    if (this.isOpen) return true;
    if (isInert(dialog) || (how === 'by itself' && isTaken(dialog))) return false;
    for (const other of opened) other.hide();
    this.#before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    // Otherwise the browser would move the focus into it, as it does for a modal dialog.
    dialog.inert = !this.#isModal;
    if (this.#isModal) dialog.showModal();
    else dialog.showPopover();
    dialog.inert = false;
    if (!isRendered(dialog)) {
      this.hide();
      return false;
    }
    opened.add(this);
    this.#watching = setInterval(() => {
      if (!isRendered(dialog) || (this.#isModal && isInert(dialog.parentElement))) this.hide();
    }, 100);
    if (how === 'asked') dialog.querySelector<HTMLElement>('form :is(input, select)')?.focus();
    else if (this.#isModal) dialog.focus();
    return true;
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
    clearInterval(this.#watching);
    opened.delete(this);
    if (!this.isOpen) return;
    if (this.#isModal) this.#dialog.close();
    else this.#dialog.hidePopover();
  }

  listen(scope: Scope): void {
    const dialog = this.#dialog;
    let pressed: EventTarget | null = null;
    // Escape. Browsers fire `cancel` only for modal dialogs.
    scope.on(dialog, 'cancel', () => {
      this.#quiet.begin();
    });
    scope.on(dialog, 'keydown', ({ key, isComposing }) => {
      // During a composition Escape belongs to the input method.
      if (key === 'Escape' && !isComposing && !this.#isModal) this.close();
    });
    if (!this.#isModal) return;
    // A click beside the dialog closes it. Selecting text and releasing the pointer beside it does not.
    scope.on(dialog, 'pointerdown', (event) => {
      pressed = this.#isBeside(event) ? event.target : null;
    });
    scope.on(dialog, 'click', (event) => {
      if (pressed === dialog && this.#isBeside(event)) this.close();
    });
  }

  get isOpen(): boolean {
    return this.#isModal ? this.#dialog.open : this.#dialog.matches(':popover-open');
  }

  #isBeside({ clientX, clientY, target }: MouseEvent): boolean {
    const { left, right, top, bottom } = this.#dialog.getBoundingClientRect();
    return (
      target === this.#dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom)
    );
  }
}

/** `opacity` is not checked: it has no effect on the top layer. On paper it is not shown, and stays open. */
function isRendered(dialog: Element): boolean {
  return dialog.checkVisibility({ visibilityProperty: true }) || matchMedia('print').matches;
}

/** Whether an ancestor, through slots and shadow roots, has the attribute `inert`. */
function isInert(element: Element | null): boolean {
  if (!element) return false;
  const { assignedSlot, parentElement } = element;
  const root = element.getRootNode();
  const around = assignedSlot ?? parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  return element.hasAttribute('inert') || isInert(around);
}
