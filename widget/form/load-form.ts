import type { FormDefinition } from '../../shared/form.ts';
import { loadDefinition, loadPart } from '../client.ts';
import type { Display, Drawable } from './drawing.ts';
import type * as overlay from '../overlay/overlay.ts';
import type { Sendable } from './sending.ts';
import { capture, type Values } from './values.ts';

/** A form that is there; another `src` makes another one. */
export interface LoadedForm extends Sendable, Drawable {
  definition: FormDefinition;
  /** What it wanted to know without asking, when the visitor came. */
  captured: Values;
  readonly overlay: Overlay | undefined;
  touched: boolean;
}

interface Overlay {
  readonly display: Exclude<Display, 'inline'>;
  readonly start: typeof overlay.startOverlay;
}

/** The language of the place where an element stands: the nearest `lang`, through shadow roots; none is the visitor's. */
export function langOf(element: Element): string | undefined {
  const lang = element.closest('[lang]')?.getAttribute('lang');
  const root = element.getRootNode();
  return lang ?? (root instanceof ShadowRoot ? langOf(root.host) : undefined);
}

/** Gets the form that `src` names, with what opens it over the page; `undefined` where it cannot be had. */
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

/** The operator has changed the form since this page was opened: its fields become those of today, where they can be had. */
export async function renewForm(form: LoadedForm, lang: string | undefined): Promise<void> {
  const loaded = await loadDefinition(form.src, lang, new AbortController());
  if (loaded.is === 'unavailable') return;
  form.definition = loaded.definition;
  form.captured = capture(loaded.definition);
}

/** Where it cannot be had, the form stands in the page. */
async function loadOverlay(src: string, display: Display): Promise<Overlay | undefined> {
  if (display === 'inline') return undefined;
  return loadPart<typeof overlay>(src, 'overlay').then(
    ({ startOverlay }) => ({ display, start: startOverlay }),
    () => undefined,
  );
}
