import { clampChroma, converter, formatHex, parse, wcagContrast } from 'culori';
import type { ColourName, Design } from './design.ts';

/** Two colours whose contrast is too low. */
export interface Unreadable {
  readonly front: ColourName;
  readonly back: ColourName;
  readonly ratio: number;
  readonly least: number;
}

/** WCAG 2.2: 1.4.3 for text, 1.4.11 for the outlines of inputs and buttons. */
const pairs: readonly Pick<Unreadable, 'front' | 'back' | 'least'>[] = [
  { front: 'onAccent', back: 'accent', least: 4.5 },
  { front: 'text', back: 'background', least: 4.5 },
  { front: 'accent', back: 'background', least: 3 },
  { front: 'border', back: 'background', least: 3 },
];

/**
 * The colour scheme behind the form. `undefined` if the page decides the background and the theme follows the
 * page.
 */
export function schemeOf({
  background,
  theme,
}: Pick<Design, 'background' | 'theme'>): 'light' | 'dark' | undefined {
  if (background !== '')
    return wcagContrast(background, '#fff') < wcagContrast(background, '#000') ? 'light' : 'dark';
  return theme === 'auto' ? undefined : theme;
}

/**
 * The colours as they appear, including those that were not chosen. Colours that the page decides are
 * omitted.
 */
export function coloursOf(design: Design): Readonly<Partial<Record<ColourName, string>>> {
  const scheme = schemeOf(design);
  const { accent, onAccent, background, text, border } = design;
  const plain = scheme && plainColours[scheme];
  const chosen = {
    accent: accent || plain?.accent,
    onAccent: onAccent || (accent ? readableOn(accent) : plain?.onAccent),
    background: background || plain?.background,
    text: text || (background ? readableOn(background) : plain?.text),
    border: border || undefined,
  };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
}

/** The widget's own defaults, and the browser's `Canvas` and `CanvasText`. */
const plainColours = {
  light: { accent: '#1a5bae', onAccent: '#ffffff', background: '#ffffff', text: '#000000' },
  dark: { accent: '#9ac4fe', onAccent: '#030303', background: '#121212', text: '#ffffff' },
};

/** White or nearly black, whichever has more contrast to `colour`; at least 4.5 to 1 for every colour. */
export function readableOn(colour: string): string {
  return wcagContrast('#ffffff', colour) >= wcagContrast('#111111', colour) ? '#ffffff' : '#111111';
}

/** The widget's own red if it is readable on the chosen background, else the nearest red that is. */
export function errorColourOf({
  background,
  theme,
}: Pick<Design, 'background' | 'theme'>): string | undefined {
  const scheme = schemeOf({ background, theme });
  const red = scheme === 'dark' ? '#fba89e' : '#a92120';
  if (background === '' || wcagContrast(red, background) >= 4.5) return undefined;
  return nearestLightness(red, (colour) => wcagContrast(colour, background) >= 4.5) ?? readableOn(background);
}

export function contrastOf(front: string, back: string): number {
  return wcagContrast(front, back);
}

export function findUnreadable(design: Design, name?: ColourName): Unreadable | undefined {
  const colours = coloursOf(design);
  for (const pair of pairs) {
    const { [pair.front]: front, [pair.back]: back } = colours;
    if (front === undefined || back === undefined) continue;
    if (name !== undefined && pair.front !== name && pair.back !== name) continue;
    const ratio = wcagContrast(front, back);
    if (ratio < pair.least) return { ...pair, ratio };
  }
  return undefined;
}

const toOklch = converter('oklch');
const steps = 200;

/**
 * The colour of the same hue whose lightness changes least until everything is readable. `undefined` if no
 * lightness works.
 */
export function nearestReadable(design: Design, name: ColourName): string | undefined {
  const from = coloursOf(design)[name];
  return from && nearestLightness(from, (value) => !findUnreadable({ ...design, [name]: value }, name));
}

function nearestLightness(colour: string, isRight: (colour: string) => boolean): string | undefined {
  const from = toOklch(colour);
  if (!from) return undefined;
  for (let step = 0; step <= steps; step++) {
    for (const sign of [1, -1]) {
      const l = from.l + (sign * step) / steps;
      if (l < 0 || l > 1) continue;
      const value = formatHex(clampChroma({ ...from, l }, 'oklch'));
      if (isRight(value)) return value;
    }
  }
  return undefined;
}

/** Converts any opaque CSS colour to `#rrggbb`. */
export function readColour(text: string): string | undefined {
  const colour = parse(text.trim()) ?? parse(`#${text.trim()}`);
  return colour && (colour.alpha ?? 1) === 1 ? formatHex(colour) : undefined;
}
