import { wcagContrast } from 'culori';
import { colourIn, coloursOf, errorColourOf, schemesOf } from '../contrast.ts';
import type { ColourName, Design } from '../design.ts';
import { starts } from '../starts.ts';
import type { Declarations } from './print-rules.ts';

/** A colour for both schemes follows the page. */
export function writeColour(value: string): string {
  const [light = '', dark] = value.split(' ');
  return dark === undefined || dark === light ? light : `light-dark(${light}, ${dark})`;
}

/** A colour as chosen, or what is derived from the others where that is not the form's own default. */
export function derived(design: Design, name: ColourName): string {
  if (design[name] !== '') return writeColour(design[name]);
  return writeColour(
    (['light', 'dark'] as const)
      .map((scheme) => coloursOf(design, schemesOf(design).length === 1 ? undefined : scheme)[name])
      .join(' '),
  );
}

/** The border of fields, as grey as the element's is on the page or on the chosen background. */
export function fieldBorderOf({ border, background, ...design }: Design): string {
  if (border) return writeColour(border);
  const greys = schemesOf({ ...design, background }).map((scheme) => {
    const grey = { light: '#717171', dark: '#a2a2a2' }[scheme];
    const ground = colourIn(background, scheme);
    return ground === '' || wcagContrast(grey, ground) >= 3 ? grey : 'currentcolor';
  });
  return writeColour(greys.join(' '));
}

/** A property with a colour, twice where browsers without `light-dark()` need one of both. */
export function declareColour(property: string, colour: string): Declarations {
  const [, light] = /^light-dark\(([^,]+),/.exec(colour) ?? [];
  return light === undefined
    ? [[property, colour]]
    : [
        [property, light],
        [property, colour],
      ];
}

/** What the design has for a form in the page only. A dialog, slide-in or bar has its own padding. */
const ofThePage: readonly string[] = ['padding', 'frame', 'frame-color', 'shadow'];

/** The values of the custom properties that the design sets, by their names without the prefix. */
export function valuesOf(design: Design): Readonly<Record<string, string>> {
  const { accent, onAccent, background, text, border, titleFont, maxWidth, align, buttonWidth, radius } =
    design;
  const error = errorColourOf(design);
  const isInPage = design.display === 'inline';
  const own = Object.entries(starts[design.start].properties).filter(
    ([name]) => isInPage || !ofThePage.includes(name),
  );
  const hasSurface = background !== '' && isInPage;
  // Over the page this would be the whole window.
  const width = maxWidth === '100%' && !isInPage ? '' : maxWidth;
  return {
    ...(accent && { accent: writeColour(accent) }),
    ...((accent || onAccent) && { 'on-accent': derived(design, 'onAccent') }),
    ...(background && { background: writeColour(background) }),
    ...((background || text) && { color: derived(design, 'text') }),
    ...(border && { 'border-color': writeColour(border) }),
    ...(error && { 'error-color': error }),
    ...(titleFont && { 'title-font': titleFont }),
    ...(width && { 'max-width': width === '100%' ? width : em(Number(width)) }),
    ...(align && { align }),
    ...(buttonWidth && { 'button-width': buttonWidth }),
    ...(radius && { radius: em(Number(radius)) }),
    ...(hasSurface && { padding: '1.25em' }),
    ...Object.fromEntries(own),
  };
}

export function em(value: number): string {
  return value === 0 ? '0' : `${value}em`;
}
