import type { FormDefinition } from '../../../shared/form.ts';
import type { Design } from '../design.ts';
import type { Heights } from '../snippet/style-rules.ts';
import type { Backdrop, Moment } from '../view.ts';

/** A message from the builder to the page in its frame. */
export interface Show {
  readonly is: 'show';
  readonly design: Design;
  readonly moment: Moment;
  readonly backdrop: Backdrop;
  readonly css: string;
  /** The form's definition, if a form without script stands in for the element until it has loaded. */
  readonly fallback: FormDefinition | undefined;
  /** The language of the page around the form. */
  readonly lang: string;
  readonly article: ArticleWords;
}

/** The texts of a page around the form, which shows the form in its future surroundings. */
export interface ArticleWords {
  readonly site: string;
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly link: string;
}

/** A message from the page in the frame to the builder. */
export type Told = { readonly is: 'ready' } | { readonly is: 'measured'; readonly heights: Heights };

/**
 * Listens to messages from `source`. Both pages have the same origin; messages from other origins are
 * ignored.
 */
export function listenTo(source: () => Window | null, listener: (message: unknown) => void): () => void {
  const onMessage = ({ origin, source: sender, data }: MessageEvent<unknown>) => {
    if (origin === location.origin && sender === source()) listener(data);
  };
  addEventListener('message', onMessage);
  return () => {
    removeEventListener('message', onMessage);
  };
}
