import { blend, parse, wcagContrast } from 'culori';
import type { Page } from 'playwright-core';

/** A text, a border or a control of a form, as it is painted. Lengths in CSS pixels. */
interface Painted {
  readonly what: string;
  readonly kind: 'text' | 'border' | 'field' | 'button' | 'placeholder';
  readonly color: string;
  /** The backgrounds behind it, from its own to the page's canvas. */
  readonly behind: readonly string[];
  readonly fontSize: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
}

export interface Survey {
  /** What is wrong, one line each; see `surveyForm`. */
  readonly faults: readonly string[];
  readonly lowestText: number;
  readonly lowestBorder: number;
}

/**
 * Measures the visible form: text of at least 4.5 : 1, borders of fields and the button's edge of at least
 * 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11), fields and button of at least 44 px and of one height, text in fields
 * of at least 16 px and other text of at least 14 px, and nothing that is wider than the window. Text in the
 * colour that the page gave it has at least the contrast that the page chose.
 */
export function surveyForm(page: Page): Promise<Survey> {
  return survey((read) => page.locator('rasa-signup').first().evaluate(read));
}

/** The same in any browser: `run` resolves with what the function returns in the page for the element. */
export async function survey(
  run: (read: typeof readPainted) => Promise<ReturnType<typeof readPainted>>,
): Promise<Survey> {
  const { painted, inherited, width, scrollWidth } = await run(readPainted);
  const rated = painted.map((one) => ({ ...one, ratio: contrastOf(one) }));
  const texts = rated.filter(
    ({ kind, color, ratio }) =>
      (kind === 'text' && (color !== inherited || ratio >= 4.5)) || kind === 'placeholder',
  );
  const borders = rated.filter(({ kind }) => kind === 'border');
  const controls = rated.filter(({ kind }) => kind === 'field' || kind === 'button');
  const heights = controls.map(({ height }) => Math.round(height));
  const faults = [
    ...texts
      .filter(({ ratio }) => ratio < 4.5)
      .map(({ what, ratio }) => `${what}: ${ratio.toFixed(2)} of 4.5`),
    ...borders.filter(({ ratio }) => ratio < 3).map(({ what, ratio }) => `${what}: ${ratio.toFixed(2)} of 3`),
    ...texts
      .filter(({ fontSize }) => fontSize < 14)
      .map(({ what, fontSize }) => `${what}: ${fontSize} px text`),
    ...controls
      .filter(({ kind, fontSize }) => kind === 'field' && fontSize < 16)
      .map(({ what, fontSize }) => `${what}: ${fontSize} px text in a field`),
    ...controls.filter(({ height }) => height < 44).map(({ what, height }) => `${what}: ${height} px high`),
    ...(Math.max(...heights) - Math.min(...heights) > 1 ? [`heights: ${heights.join(', ')}`] : []),
    ...rated
      .filter(({ left, right }) => left < -0.5 || right > width + 0.5)
      .map(({ what, left, right }) => `${what}: from ${left} to ${right} of ${width} px`),
    ...(scrollWidth > width ? [`the page scrolls sideways: ${scrollWidth} of ${width} px`] : []),
  ];
  return {
    faults,
    lowestText: Math.min(...texts.map(({ ratio }) => ratio)),
    lowestBorder: Math.min(...borders.map(({ ratio }) => ratio)),
  };
}

function contrastOf({ color, behind }: Painted): number {
  const ground = blend([...behind].reverse().map(readColor), 'normal', 'rgb');
  return wcagContrast(blend([ground, readColor(color)], 'normal', 'rgb'), ground);
}

function readColor(color: string): NonNullable<ReturnType<typeof parse>> {
  const parsed = parse(color);
  if (!parsed) throw new Error(`No colour: ${color}`);
  return parsed;
}

/** Runs in the page. */
function readPainted(host: HTMLElement): {
  readonly painted: readonly Painted[];
  readonly inherited: string;
  readonly width: number;
  readonly scrollWidth: number;
} {
  const parentOf = (element: Element): Element | null =>
    element.assignedSlot ??
    element.parentElement ??
    (element.getRootNode() as Partial<ShadowRoot>).host ??
    null;
  const backgrounds = (from: Element | null): string[] => {
    const found: string[] = [];
    for (let at = from; at; at = parentOf(at)) {
      const { backgroundColor } = getComputedStyle(at);
      found.push(backgroundColor);
      // Over the page there is nothing of the page behind it.
      if (at.matches('dialog')) break;
    }
    const canvas = document.createElement('i');
    canvas.style.color = 'Canvas';
    document.documentElement.append(canvas);
    found.push(getComputedStyle(canvas).color);
    canvas.remove();
    return found;
  };
  const painted: Painted[] = [];
  const add = (
    element: Element,
    kind: Painted['kind'],
    color: string,
    from: Element | null,
    what = element.getAttribute('name') ??
      element.getAttribute('part') ??
      (element.className || element.localName),
  ): void => {
    const { left, right, height } = element.getBoundingClientRect();
    const fontSize = parseFloat(getComputedStyle(element).fontSize);
    painted.push({
      what: `${kind} ${what}`,
      kind,
      color,
      behind: backgrounds(from),
      fontSize,
      height,
      left,
      right,
    });
  };
  for (const element of host.shadowRoot?.querySelectorAll<HTMLElement>('*') ?? []) {
    const style = getComputedStyle(element);
    const isVisible = element.checkVisibility({ visibilityProperty: true }) && style.clipPath === 'none';
    if (!isVisible || element.closest('.honeypot, option')) continue;
    // With its fill for gradient texts, and without marks that moved into the field.
    const fill = style.getPropertyValue('-webkit-text-fill-color');
    const hasText = [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
    if (hasText && style.fontSize !== '0px' && element.localName !== 'button')
      add(element, 'text', fill, element);
    const isBox = element.matches('[type=checkbox], [type=radio]');
    if (element.matches('input, select') && !isBox) {
      add(element, 'field', style.color, element);
      add(element, 'text', fill, element, `in ${(element as HTMLInputElement).name}`);
      add(element, 'border', style.borderBottomColor, parentOf(element));
      const hint = getComputedStyle(element, '::placeholder');
      if (element.matches(':placeholder-shown') && hint.opacity === '1')
        add(element, 'placeholder', hint.color, element);
    }
    if (element.matches('[part=button]')) {
      add(element, 'button', style.color, element);
      add(element, 'border', style.backgroundColor, parentOf(element), 'of the button');
    }
  }
  return {
    painted,
    inherited: getComputedStyle(host).color,
    width: document.documentElement.clientWidth,
    scrollWidth: document.documentElement.scrollWidth,
  };
}

/** The width of the focus ring on each control that the keyboard reaches in the form, in CSS pixels. */
export function focusRings(page: Page): Promise<readonly string[]> {
  return page
    .locator('rasa-signup')
    .first()
    .evaluate((host) => {
      const controls = host.shadowRoot?.querySelectorAll<HTMLElement>(
        '.box :is(input:not([tabindex]), select, button, a)',
      );
      return [...(controls ?? [])].map((control) => {
        // From a script the ring shows where the keyboard was used last; a text field always has it.
        control.focus({ focusVisible: true });
        const { outlineStyle, outlineWidth } = getComputedStyle(control);
        return `${outlineStyle} ${outlineWidth}`;
      });
    });
}
