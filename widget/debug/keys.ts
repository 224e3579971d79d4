import type { Finding } from './finding.ts';

const typed = 'Space a b c d e f g h i j k l m n o p q r s t u v w x y z 0 1 2 3 4 5 6 7 8 9 @ . - _'.split(
  ' ',
);

/**
 * Finds the keys that a handler of the page prevents before the form sees them, by events that a browser does
 * not take for typing. The form stops those of the keyboard, so that only handlers that run before its own
 * are asked.
 */
export function findKeys(element: HTMLElement): readonly Finding[] {
  const input = element.shadowRoot?.querySelector('form input');
  if (!input) return [];
  const taken = typed.filter((name) => {
    const key = name === 'Space' ? ' ' : name;
    // Only Space does something when it is released: it presses the button.
    const types = ['keydown', 'keypress', ...(key === ' ' ? ['keyup'] : [])];
    const options = { bubbles: true, composed: true, cancelable: true };
    const events = [
      ...types.map((type) => new KeyboardEvent(type, { key, ...options })),
      new InputEvent('beforeinput', { inputType: 'insertText', data: key, ...options }),
    ];
    return events.some((event) => !input.dispatchEvent(event));
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

/** Finds a handler of the page that prevents touches: the browser then makes no click of a tap. */
export function findTouches(element: HTMLElement): readonly Finding[] {
  const input = element.shadowRoot?.querySelector('form input');
  // Browsers without touch screens may have no such events.
  if (!input || !('TouchEvent' in window)) return [];
  const { left: clientX, top: clientY } = input.getBoundingClientRect();
  const touch = new Touch({ identifier: 0, target: input, clientX, clientY });
  const isTaken = ['touchstart', 'touchend'].some((type) => {
    const touches = type === 'touchstart' ? [touch] : [];
    const options = { bubbles: true, composed: true, cancelable: true };
    return !input.dispatchEvent(new TouchEvent(type, { touches, changedTouches: [touch], ...options }));
  });
  if (!isTaken) return [];
  return [
    {
      is: 'fault',
      about: 'touch',
      words:
        'A handler of this page prevents touches of the form, so that a tap does nothing. Such a handler should leave events alone whose target is a <rasa-signup>.',
    },
  ];
}
