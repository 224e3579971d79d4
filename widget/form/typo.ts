import type { FormTexts } from '../../shared/form.ts';
import { findSlip } from './mailboxes.ts';
import styles from './typo.css?inline';

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);

/**
 * Asks "did you mean …?" under the email fields of a form, once for each address. The question never blocks
 * the form: typing on or sending the form dismisses it.
 */
export function watchForTypos(form: HTMLFormElement, texts: FormTexts): void {
  const root = form.getRootNode();
  if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(sheet))
    root.adoptedStyleSheets.push(sheet);
  for (const input of form.querySelectorAll<HTMLInputElement>('input[type=email]')) {
    const region = input.parentElement?.querySelector('.suggestion');
    if (region) watchInput(input, region, texts);
  }
}

function watchInput(input: HTMLInputElement, region: Element, texts: FormTexts): void {
  const answered = new Set<string>();

  const check = async (): Promise<void> => {
    const { value } = input;
    const meant = findSlip(value);
    if (meant === undefined) return;
    // The question moves the content below it, so it waits until no element is pressed. Otherwise a click
    // could miss.
    do await new Promise(requestAnimationFrame);
    while (document.querySelector(':active'));
    if (input.value !== value || answered.has(value)) return;
    answered.add(value);
    region.replaceChildren(createQuestion(input, meant, texts));
  };

  input.addEventListener('input', () => {
    region.replaceChildren();
  });
  input.addEventListener('change', () => void check());
  input.form?.addEventListener('submit', () => {
    answered.add(input.value);
    region.replaceChildren();
  });
  // The first touch may have been the browser's autofill.
  if (!input.matches(':focus')) void check();
}

function createQuestion(input: HTMLInputElement, meant: string, texts: FormTexts): Element {
  const [before = '', after = ''] = texts.suggestion.split('{address}');
  const address = document.createElement('bdi');
  address.textContent = meant;

  const words = document.createElement('span');
  words.id = `${input.id}-suggestion`;
  words.append(before, address, after);

  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = texts.takeSuggestion;
  button.setAttribute('part', 'suggestion-button');
  button.setAttribute('aria-describedby', words.id);

  const question = document.createElement('div');
  question.setAttribute('part', 'suggestion');
  question.append(words, button);
  button.addEventListener('click', () => {
    input.value = meant;
    // The button disappears. Without this, keyboard navigation would restart at the top of the page.
    input.focus();
    question.remove();
  });
  return question;
}
