import type { Locator } from 'playwright-core';
import { expect } from 'vitest';

/**
 * What a visitor sees of a form: its size; and size, colours and type of its title, fields and button.
 * `form` is the element, whose parts are in its shadow root, or a form without script.
 */
export function lookOf(form: Locator): Promise<Look> {
  return form.evaluate((element) => {
    const root = element.shadowRoot?.querySelector('form') ? element.shadowRoot : element;
    const look = (found: Element | null | undefined, names: readonly string[]) => {
      if (!found) return 'missing';
      const style = getComputedStyle(found);
      const { width, height } = found.getBoundingClientRect();
      return {
        width,
        height,
        ...Object.fromEntries(
          names.map((name) => {
            const value = style.getPropertyValue(name);
            return [name, name.endsWith('color') ? rgb(value) : value];
          }),
        ),
      };
    };
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    /** Whatever notation the browser has computed. */
    const rgb = (colour: string) => {
      if (!canvas) throw new Error('no canvas');
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const box = ['background-color', 'border-radius', 'border-top-color', 'border-top-width'];
    const type = ['font-family', 'font-size', 'font-weight'];
    const isDrawn = (found: Element) => found.getClientRects().length > 0;
    const isField = (input: HTMLInputElement) => input.tabIndex >= 0;
    const button = root.querySelector('button:not([type=button])');
    return {
      form: look(element, []),
      title: look([...element.querySelectorAll('h2')].find(isDrawn), ['color', ...type]),
      fields: [...root.querySelectorAll('input')]
        .filter(isField)
        .map((input) => look(input, [...box, ...type])),
      button: look(button, [...box, ...type]),
      words: rgb(getComputedStyle(button?.querySelector('span') ?? button ?? element).color),
    };
  });
}

export type Look = Readonly<Record<string, unknown>>;

/** The same look, but for what is rounded: sizes within 2 px, and colours within 2 of 255. */
export function alike(look: unknown): unknown {
  if (typeof look === 'number') return expect.closeTo(look, -0.6);
  if (Array.isArray(look)) return look.map(alike);
  if (typeof look !== 'object' || look === null) return look;
  return Object.fromEntries(Object.entries(look).map(([name, value]) => [name, alike(value)]));
}
