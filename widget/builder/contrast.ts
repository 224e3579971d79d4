import { clampChroma, converter, formatHex, parse, wcagContrast } from 'culori';
import type { ColourName, Design } from './design.ts';

export type Scheme = 'light' | 'dark';

/** Two colours whose contrast is too low. */
export interface Unreadable {
  readonly front: ColourName;
  readonly back: ColourName;
  readonly ratio: number;
  readonly least: number;
  /** Where it is unreadable. */
  readonly scheme: Scheme;
}

/** WCAG 2.2: 1.4.3 for text, 1.4.11 for the outlines of inputs and buttons. */
const pairs: readonly Pick<Unreadable, 'front' | 'back' | 'least'>[] = [
  { front: 'onAccent', back: 'accent', least: 4.5 },
  { front: 'text', back: 'background', least: 4.5 },
  { front: 'accent', back: 'background', least: 3 },
  { front: 'border', back: 'background', least: 3 },
];

/** What a colour needs against its ground. */
export function leastOf(name: ColourName): number {
  return pairs.find(({ front }) => front === name)?.least ?? 0;
}

/** The part of a colour that appears in a colour scheme. */
export function colourIn(value: string, scheme: Scheme): string {
  const [light = '', dark = light] = value.split(' ');
  return scheme === 'dark' ? dark : light;
}

/**
 * The colour schemes that the form can appear in: one, if the design decides it by its theme or by its
 * background, else both, and the page decides.
 */
export function schemesOf({ background, theme }: Pick<Design, 'background' | 'theme'>): readonly Scheme[] {
  if (background !== '' && !background.includes(' '))
    return [wcagContrast(background, '#fff') < wcagContrast(background, '#000') ? 'light' : 'dark'];
  return theme === 'auto' ? ['light', 'dark'] : [theme];
}

/**
 * The colours as they appear in a scheme, including those that were not chosen. The page's background and
 * text are omitted where the page decides the scheme, because nobody knows them.
 */
export function coloursOf(
  design: Design,
  scheme: Scheme = schemesOf(design)[0] ?? 'light',
): Readonly<Partial<Record<ColourName, string>>> {
  const own = (name: ColourName) => colourIn(design[name], scheme);
  const background = own('background');
  const plain = plainColours[scheme];
  const isKnown = schemesOf(design).length === 1;
  const chosen = {
    accent: own('accent') || plain.accent,
    onAccent: own('onAccent') || (own('accent') ? readableOn(own('accent')) : plain.onAccent),
    background: background || (isKnown ? plain.background : undefined),
    text: own('text') || (background ? readableOn(background) : isKnown ? plain.text : undefined),
    border: own('border') || undefined,
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
export function errorColourOf(design: Pick<Design, 'background' | 'theme'>): string | undefined {
  if (design.background === '') return undefined;
  const found = schemesOf(design).map((scheme) => {
    const background = colourIn(design.background, scheme);
    const isReadable = (colour: string) => wcagContrast(colour, background) >= 4.5;
    const red = scheme === 'dark' ? '#fba89e' : '#a92120';
    return isReadable(red) ? undefined : (nearestLightness(red, isReadable) ?? readableOn(background));
  });
  return found.find((colour) => colour !== undefined);
}

export function contrastOf(front: string, back: string): number {
  return wcagContrast(front, back);
}

export function findUnreadable(design: Design, name?: ColourName): Unreadable | undefined {
  for (const scheme of schemesOf(design)) {
    const colours = coloursOf(design, scheme);
    for (const pair of pairs) {
      const { [pair.front]: front, [pair.back]: back } = colours;
      if (front === undefined || back === undefined) continue;
      // The form chooses these itself, by the ground that it measures.
      if (design[pair.front] === '' && design[pair.back] === '') continue;
      if (name !== undefined && pair.front !== name && pair.back !== name) continue;
      const ratio = wcagContrast(front, back);
      if (ratio < pair.least) return { ...pair, ratio, scheme };
    }
  }
  return undefined;
}

const toOklch = converter('oklch');
const steps = 200;

/**
 * The colour of the same hue whose lightness changes least until everything is readable. `undefined` if no
 * lightness works.
 */
export function nearestReadable(design: Design, name: ColourName, scheme?: Scheme): string | undefined {
  const from = coloursOf(design, scheme)[name];
  return from && nearestLightness(from, (value) => !findUnreadable({ ...design, [name]: value }, name));
}

/**
 * A colour for both schemes: as chosen where it is `shown`, and in the other one as near to it as can be read
 * there. `undefined` if the chosen one cannot be read where it is shown.
 */
export function fitColour(
  design: Design,
  name: ColourName,
  { value, shown }: { readonly value: string; readonly shown: Scheme },
): string | undefined {
  const why = findUnreadable({ ...design, [name]: value }, name);
  if (!why) return value;
  if (value === '' || schemesOf(design).length === 1) return undefined;
  const pair = (near: string) => (shown === 'light' ? `${value} ${near}` : `${near} ${value}`);
  const near = nearestLightness(
    value,
    (colour) => !findUnreadable({ ...design, [name]: pair(colour) }, name),
  );
  return near && pair(near);
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
