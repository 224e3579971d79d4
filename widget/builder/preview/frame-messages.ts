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
  readonly site: Site;
  /** The form's definition, if a form without script stands in for the element until it has loaded. */
  readonly fallback: FormDefinition | undefined;
  /** The language of the page around the form. */
  readonly lang: string;
  readonly page: PageWords;
}

/** The marketer's own page, which stays in the browser. At most one of both is set. */
export interface Site {
  readonly html?: string;
  readonly picture?: File;
}

/** The texts of the newsletter's page around the form. */
export interface PageWords {
  readonly dir?: 'rtl';
  readonly address: string;
  readonly site: string;
  readonly links: readonly string[];
  readonly kicker: string;
  readonly title: string;
  readonly lead: string;
  readonly invitation: string;
  readonly issue: string;
  readonly headline: string;
  readonly story: string;
  readonly more: string;
  readonly link: string;
  readonly picture: string;
}

/** A message from the page in the frame to the builder. */
export type Told =
  | { readonly is: 'ready' }
  | { readonly is: 'measured'; readonly heights: Heights }
  /** The form is drawn. `height` is what its page needs, in pixels, to show the form's button. */
  | { readonly is: 'placed'; readonly height: number }
  /** What was sent is shown, and the form will not take the focus any more. */
  | { readonly is: 'played' };

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
