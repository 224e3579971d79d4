/**
 * A contrast according to WCAG 2.2, 1.4.3 and 1.4.11, measured from the painted colours. Every colour space
 * that a page may use works.
 */
export interface Contrast {
  readonly what: string;
  /** 1 to 21. */
  readonly ratio: number;
  readonly wanted: number;
}

type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/**
 * The contrasts of a form's texts, button and input borders. Elements on a background image are omitted,
 * because their contrast cannot be determined.
 */
export function measureContrasts(root: ParentNode): readonly Contrast[] {
  return [
    ['label', '[part=label]', 'color', 4.5],
    ['input', '[part=input]', 'color', 4.5],
    ['button', '[part=button]', 'color', 4.5],
    ['opener', '[part=opener]', 'color', 4.5],
    ['error', '.error:not(:empty)', 'color', 4.5],
    ['status', '.status:not(:empty)', 'color', 4.5],
    ['border of the inputs', '[part=input]', 'borderTopColor', 3],
  ].flatMap(([what, selector, property, wanted]) => {
    const element = root.querySelector(selector as string);
    const ratio = element?.checkVisibility() && contrastOf(element, property as 'color');
    return ratio ? [{ what: what as string, ratio, wanted: wanted as number }] : [];
  });
}

function contrastOf(element: Element, property: 'color' | 'borderTopColor'): number | undefined {
  // A border is seen against the surroundings of its element.
  const behind = backgroundOf(property === 'color' ? element : parentOf(element));
  if (!behind) return undefined;
  const [light, dark] = [
    luminance(over(read(getComputedStyle(element)[property]), behind)),
    luminance(behind),
  ].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/**
 * The colour seen behind an element: its own background and those of all its ancestors, down to the page's
 * canvas.
 */
function backgroundOf(element: Element | undefined): Rgba | undefined {
  if (!element) return read(canvasOf(document.documentElement));
  const { backgroundColor, backgroundImage } = getComputedStyle(element);
  if (backgroundImage !== 'none') return undefined;
  const own = read(backgroundColor);
  if (own[3] === 1) return own;
  const behind = backgroundOf(parentOf(element));
  return behind && over(own, behind);
}

/** The colour that the browser paints by default, in the page's theme. */
function canvasOf(root: Element): string {
  const probe = document.createElement('div');
  probe.style.color = 'Canvas';
  root.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function parentOf(element: Element): Element | undefined {
  const parent = element.assignedSlot ?? element.parentNode;
  if (parent instanceof ShadowRoot) return parent.host;
  return parent instanceof Element ? parent : undefined;
}

function read(color: string): Rgba {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!context) return [0, 0, 0, 0];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

function over([r, g, b, alpha]: Rgba, [r2, g2, b2]: Rgba): Rgba {
  const mix = (front: number, back: number) => front * alpha + back * (1 - alpha);
  return [mix(r, r2), mix(g, g2), mix(b, b2), 1];
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance([red, green, blue]: Rgba): number {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
