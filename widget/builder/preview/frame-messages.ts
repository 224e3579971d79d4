import type { FormDefinition } from '../../../shared/form.ts';
import type { Design } from '../design.ts';
import type { Heights } from '../snippet/style-rules.ts';
import type { Backdrop, Moment } from '../view.ts';

/** What the builder tells the page in its frame. */
export interface Show {
  readonly is: 'show';
  readonly design: Design;
  readonly moment: Moment;
  readonly backdrop: Backdrop;
  readonly css: string;
  /** What the form asks for, where a form without script stands in for the element until it is there. */
  readonly fallback: FormDefinition | undefined;
  /** Of the page around the form. */
  readonly lang: string;
  readonly article: ArticleWords;
}

/** A page around the form, so that one sees it where it will stand. */
export interface ArticleWords {
  readonly site: string;
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly link: string;
}

/** What the page in the frame answers. */
export type Told = { readonly is: 'ready' } | { readonly is: 'measured'; readonly heights: Heights };

/** Both pages are of one origin; whatever comes from elsewhere is none of theirs. */
export function listenTo(source: () => Window | null, listener: (message: unknown) => void): () => void {
  const onMessage = ({ origin, source: sender, data }: MessageEvent<unknown>) => {
    if (origin === location.origin && sender === source()) listener(data);
  };
  addEventListener('message', onMessage);
  return () => {
    removeEventListener('message', onMessage);
  };
}
