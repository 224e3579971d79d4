import type { FormDefinition } from '../../shared/form.ts';
import { loadDefinition, loadPart } from '../client.ts';
import type { Display, Drawable } from './drawing.ts';
import type * as overlay from '../overlay/overlay.ts';
import type { Sendable } from './sending.ts';
import { capture, type Values } from './values.ts';

/** A loaded form. Another `src` loads another one. */
export interface LoadedForm extends Sendable, Drawable {
  definition: FormDefinition;
  /** The values of the hidden fields, from the time when the form was loaded. */
  captured: Values;
  readonly overlay: Overlay | undefined;
  touched: boolean;
}

interface Overlay {
  readonly display: Exclude<Display, 'inline'>;
  readonly start: typeof overlay.startOverlay;
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
 * Loads the form at `src`, and the overlay where `display` needs one. Returns `undefined` if the form is
 * unavailable.
 */
export async function loadForm(
  src: string,
  display: Display,
  lang: string | undefined,
  abort: AbortController,
): Promise<LoadedForm | undefined> {
  const [loaded, overlay] = await Promise.all([loadDefinition(src, lang, abort), loadOverlay(src, display)]);
  if (loaded.is === 'unavailable') return undefined;
  const { definition } = loaded;
  return { src, definition, captured: capture(definition), overlay, touched: false, proofs: undefined };
}

/**
 * Reloads a form that the operator has changed since this page was opened. Keeps the old fields if that
 * fails.
 */
export async function renewForm(form: LoadedForm, lang: string | undefined): Promise<void> {
  const loaded = await loadDefinition(form.src, lang, new AbortController());
  if (loaded.is === 'unavailable') return;
  form.definition = loaded.definition;
  form.captured = capture(loaded.definition);
}

/** If the overlay is unavailable, the form shows in the page. */
async function loadOverlay(src: string, display: Display): Promise<Overlay | undefined> {
  if (display === 'inline') return undefined;
  return loadPart<typeof overlay>(src, 'overlay').then(
    ({ startOverlay }) => ({ display, start: startOverlay }),
    () => undefined,
  );
}
