import type { Messages } from '../../shared/messages/messages.ts';
import { html, renderPage, type Html } from './document.ts';

export interface AnswerPage {
  readonly title: string;
  readonly words: Messages;
  /** The path before the paths of the proxy. */
  readonly prefix: string;
  readonly main: Html;
  /** Something was done as it was wanted. */
  readonly isGood?: boolean;
}

/** A narrow page that says one thing, or asks for one. */
export function renderAnswer({
  title,
  words: { lang, dir },
  prefix,
  main,
  isGood = false,
}: AnswerPage): string {
  const look = isGood ? 'narrow answer accepted' : 'narrow answer';
  return renderPage({ title, lang, dir, prefix, main: html`<div class=${look}>${main}</div>` });
}
