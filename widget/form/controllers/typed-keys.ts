import type { ReactiveController, ReactiveControllerHost } from 'lit';

const types = ['keydown', 'keypress', 'keyup'] as const;

/** What Space presses, when it is released. */
const pressed = 'button,[type=checkbox],[type=radio]';

/** The keys that a page may need while the visitor types. */
const ofThePage = /^(Esc|Tab|F\d|Shift|Con|Alt|Meta)/;

/**
 * Keeps keys that are typed into the host from the handlers of the page, which would take them for shortcuts:
 * they see only the host, and no input. Nothing is prevented, so the browser still types. Where a handler
 * that runs before this one prevents it, the key is typed again.
 */
export class TypedKeys implements ReactiveController {
  readonly #host: HTMLElement;
  /** A key has up to three events, and is typed again for the first that is prevented. */
  #isDone = false;

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
    const [target] = event.composedPath() as [HTMLInputElement];
    if (!this.#host.shadowRoot?.contains(target)) return;
    event.stopImmediatePropagation();
    if (event.type === 'keydown') this.#isDone = false;
    const isPress = key === ' ' && target.matches(pressed);
    if (!event.defaultPrevented || !event.isTrusted || this.#isDone) return;
    if (event.type === (isPress ? 'keypress' : 'keyup')) return;
    this.#isDone = true;
    if (isPress) target.click();
    else doAsKey(key, target);
  };
}

/** Does what the key would do. A handler of the page that came first has kept it from the browser. */
function doAsKey(key: string, target: HTMLInputElement): void {
  if (key === 'Enter') {
    if (target.localName === 'button') target.click();
    else target.form?.requestSubmit();
  } else if (key.length === 1 || key === 'Backspace')
    // Deprecated, but nothing else edits as the visitor would: at the cursor, with undo and an event.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    document.execCommand(key.length === 1 ? 'insertText' : 'delete', false, key);
}
