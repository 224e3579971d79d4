import type { Finding } from './finding.ts';

const typed = 'a b c d e f g h i j k l m n o p q r s t u v w x y z 0 1 2 3 4 5 6 7 8 9 @ . - _'.split(' ');

/**
 * Finds the keys that a handler of the page prevents before the form sees them, by events that a browser does
 * not take for typing. The form stops them, so that only handlers that run before its own are asked.
 */
export function findKeys(element: HTMLElement): readonly Finding[] {
  const input = element.shadowRoot?.querySelector('form input');
  if (!input) return [];
  const taken = typed.filter((key) => {
    const options = { key, bubbles: true, composed: true, cancelable: true };
    return !input.dispatchEvent(new KeyboardEvent('keydown', options));
  });
  if (taken.length === 0) return [];
  const keys = taken.length === typed.length ? 'every key' : `the keys ${taken.join(' ')}`;
  return [
    {
      is: 'fault',
      about: 'keys',
      words: `A handler of this page prevents ${keys} while somebody types into the form. Such a handler should leave events alone whose target is a <rasa-signup>.`,
    },
  ];
}
