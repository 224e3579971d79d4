import { layOut, type BrandedPage } from './branded.ts';
import { renderPage, type Html } from './document.ts';

export interface AnswerPage extends Omit<BrandedPage, 'form'> {
  readonly title: string;
  /** Whose look the page has; `undefined` for ours. */
  readonly form?: BrandedPage['form'];
  readonly main: Html;
  /** Something was done as it was wanted. */
  readonly isGood?: boolean;
}

/** A page that says one thing, or asks for one. */
export function renderAnswer({ title, form, words, prefix, main, isGood = false }: AnswerPage): string {
  const look = isGood ? 'answer accepted' : 'answer';
  const { lang, dir } = words;
  return renderPage({ title, lang, dir, prefix, ...layOut({ form, words, prefix }, main, look) });
}
