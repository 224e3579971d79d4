import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { FormDefinition } from '../../../shared/form.ts';
import { inLanguage, loadDefinition, loadPart } from '../../client.ts';
import type * as newsletters from '../../newsletters/newsletters.ts';
import type * as overlay from '../../overlay/overlay.ts';
import type { Display, Drawable } from '../drawing.ts';
import { capture, type Values } from '../values.ts';

/** A loaded form. Another `src`, `display` or `lang` loads another one. */
export interface LoadedForm extends Drawable {
  definition: FormDefinition;
  /** The values of the hidden fields, from the time when the form was loaded. */
  captured: Values;
  /** Draws what only this form has, after each drawing. Absent where no part is needed, or it is blocked. */
  readonly draw: typeof newsletters.draw | undefined;
  touched?: true;
}

interface Host extends ReactiveControllerHost, HTMLElement {
  readonly renderRoot: ParentNode;
  readonly src: string | null;
  readonly display: Display;
}

/** What the element does when its form changes. */
interface Uses {
  /** Whether the result of a sign-up is still to come. The same form then stays until the next update. */
  readonly isBusy: () => boolean;
  /** The form is about to be replaced. */
  readonly leave: () => void;
  /** `undefined` if the form is unavailable. It is loaded again later. Rejects if it cannot be drawn. */
  readonly show: (form: LoadedForm | undefined) => Promise<void>;
}

/**
 * Loads the form that the host's attributes name, again whenever one of them changes. The last change wins. A
 * host that is moved keeps its form. One that was removed while its form was loading loads it when it is
 * back. A form that is unavailable is loaded again when the browser is online again, and after 4, 8, 16 …
 * seconds.
 */
export class FormLoader implements ReactiveController {
  form: LoadedForm | undefined;
  readonly #host: Host;
  readonly #uses: Uses;
  /** The attributes of `form`, or of the form that is loading. */
  #wanted = '';
  /** A mark of the latest request. */
  #loading: object | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #waitMs = 0;

  constructor(host: Host, uses: Uses) {
    this.#host = host;
    this.#uses = uses;
    host.addController(this);
  }

  hostConnected(): void {
    // The attributes may have changed meanwhile.
    this.#host.requestUpdate();
    if (!this.form) this.#wanted = '';
    addEventListener('online', this.#load);
  }

  hostDisconnected(): void {
    removeEventListener('online', this.#load);
    this.#forget();
  }

  /** Loads the form that the attributes name now. The host calls it before it draws. */
  follow(): void {
    const { src, display, isConnected } = this.#host;
    const wanted = [src, display, this.#host.getAttribute('lang')].join(' ');
    if (!isConnected || wanted === this.#wanted) return;
    if (this.#uses.isBusy() && src === this.form?.src) return;
    this.#wanted = wanted;
    this.#forget();
    this.#uses.leave();
    this.form = undefined;
    this.#waitMs = 2000;
    this.#load();
  }

  hostUpdated(): void {
    this.form?.draw?.(this.#host.renderRoot);
  }

  readonly #load = (): void => {
    const { src, display } = this.#host;
    if (src && !this.form && !this.#loading) void this.#fetch(src, display);
  };

  async #fetch(src: string, display: Display): Promise<void> {
    clearTimeout(this.#retry);
    const loading = (this.#loading = {});
    // Pages replace built-ins, so that anything can fail.
    const form = await loadForm(this.#host, src, display).catch(() => undefined);
    if (this.#loading !== loading) return;
    this.#loading = undefined;
    this.form = form;
    await this.#uses.show(form).catch(() => {
      this.form = undefined;
      return this.#uses.show(undefined);
    });
    if (!form) this.#retry = setTimeout(this.#load, (this.#waitMs *= 2));
  }

  #forget(): void {
    clearTimeout(this.#retry);
    this.#loading = undefined;
  }
}

/**
 * The language at the element's place: the nearest `lang` attribute, through shadow roots. `undefined`
 * without one, so that the visitor's language applies.
 */
export function langOf(element: Element): string | undefined {
  const lang = element.closest('[lang]')?.getAttribute('lang');
  const root = element.getRootNode();
  return lang ?? (root instanceof ShadowRoot ? langOf(root.host) : undefined);
}

/**
 * Reloads a form that the operator has changed since this page was opened. Keeps the old fields if that
 * fails.
 */
export async function renewForm(form: LoadedForm, lang: string | undefined): Promise<void> {
  const definition = await loadDefinition(form.src, lang);
  if (!definition) return;
  form.definition = definition;
  form.captured = capture(definition);
}

/** Loads the form at `src`, and the overlay where `display` needs one. */
async function loadForm(host: Host, src: string, display: Display): Promise<LoadedForm | undefined> {
  const [definition, overlay] = await Promise.all([
    loadDefinition(src, langOf(host)),
    loadOverlay(host, src, display),
  ]);
  if (!definition) return undefined;
  const draw = definition.part && (await loadDrawing(src, definition.part));
  const action = addressIn(definition.lang, src);
  return { src, action, definition, captured: capture(definition), overlay, draw };
}

/** The proxy answers in the language of the browser, if it is not told that of the form. */
function addressIn(lang: string, src: string): string {
  return navigator.language.startsWith(lang) ? src : inLanguage(src, lang).href;
}

/** Without it, one of several newsletters can be chosen. */
function loadDrawing(src: string, part: string): Promise<LoadedForm['draw']> {
  return loadPart<typeof newsletters>(src, part).then(
    ({ draw }) => draw,
    () => undefined,
  );
}

/** If the overlay is unavailable, the form shows in the page. */
async function loadOverlay(host: Host, src: string, display: Display): Promise<LoadedForm['overlay']> {
  if (display === 'inline') return undefined;
  return loadPart<typeof overlay>(src, 'overlay').then(
    ({ openIn }) => {
      openIn(host);
      return display;
    },
    () => undefined,
  );
}
