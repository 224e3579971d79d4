import type { Locator } from 'playwright-core';

/**
 * What cannot be read in a form, measured on the page: text below 4.5 : 1, borders of fields and the button
 * against their ground below 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11). Colours are read as the browser paints them,
 * whatever notation they have.
 */
export function unreadableIn(widget: Locator): Promise<string[]> {
  return widget.evaluate((host) => {
    const painter = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    type Rgb = readonly [number, number, number];

    const over = (colour: string, ground: Rgb): Rgb => {
      if (!painter) throw new Error('No canvas.');
      painter.fillStyle = `rgb(${ground.join(' ')})`;
      painter.fillRect(0, 0, 1, 1);
      painter.fillStyle = colour;
      painter.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0] = painter.getImageData(0, 0, 1, 1).data;
      return [r, g, b];
    };
    const parentOf = (element: Element): Element | null =>
      element.assignedSlot ??
      element.parentElement ??
      (element.getRootNode() instanceof ShadowRoot ? (element.getRootNode() as ShadowRoot).host : null);
    const groundOf = (element: Element | null): Rgb => {
      if (!element) return over('Canvas', [255, 255, 255]);
      const { backgroundColor } = getComputedStyle(element);
      // A dialog is painted over the page and its backdrop.
      const isTop = element.matches('dialog');
      return over(backgroundColor, isTop ? [255, 255, 255] : groundOf(parentOf(element)));
    };
    const luminance = (colour: Rgb): number => {
      const [r = 0, g = 0, b = 0] = colour.map((byte) => {
        const value = byte / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (one: Rgb, other: Rgb): number => {
      const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };

    const found: string[] = [];
    const check = (element: Element, what: string, measured: number, least: number): void => {
      if (measured < least)
        found.push(
          `${what} of ${element.localName} “${element.textContent.trim().slice(0, 30)}”: ${measured.toFixed(2)}`,
        );
    };
    const all = [host, ...host.querySelectorAll('*'), ...(host.shadowRoot?.querySelectorAll('*') ?? [])];
    for (const element of all) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.honeypot, svg'))
        continue;
      const style = getComputedStyle(element);
      const hasText = [...element.childNodes].some((node) => node instanceof Text && node.data.trim());
      if (hasText)
        check(element, 'text', ratio(over(style.color, groundOf(element)), groundOf(element)), 4.5);
      const behind = groundOf(parentOf(element));
      if (element.matches('input, select'))
        check(element, 'border', ratio(over(style.borderBottomColor, behind), behind), 3);
      if (element.matches('[part~=button], [part~=opener]')) {
        const edge = ratio(over(style.borderBottomColor, groundOf(element)), behind);
        check(element, 'edge', Math.max(ratio(groundOf(element), behind), edge), 3);
      }
    }
    return found;
  });
}
