import { createRequire } from 'node:module';
import type * as Culori from 'culori';
import type { Messages } from '../../../shared/messages/messages.ts';
import { textIn } from '../definition.ts';
import type { FormSpec, Localized } from '../form-spec.ts';

const require = createRequire(import.meta.url);

/** Loaded for the first brand, as one bundled file: most forms have none, and 150 modules start slowly. */
const culori = () => require('culori') as typeof Culori;

/** What a form's own page shows of whoever sends the newsletter. */
export interface BrandSpec {
  readonly name: Localized | undefined;
  /** On the panel, in place of the form's title, which is then above the form. */
  readonly title: Localized | undefined;
  readonly intro: Localized | undefined;
  /** The style sheet with its colours, see `sheetOf`. */
  readonly sheet: string;
  readonly logo: BrandImage | undefined;
  readonly picture: BrandImage | undefined;
  readonly links: readonly { readonly href: Localized; readonly label: Localized }[];
}

export interface BrandImage {
  /** A media type. */
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Changes with the bytes. */
  readonly hash: string;
}

export type BrandImages = Partial<Readonly<Record<'logo' | 'picture', BrandImage>>>;

/** A brand in one language. */
export interface Brand {
  readonly name: string | undefined;
  readonly title: string | undefined;
  readonly intro: string | undefined;
  readonly links: readonly { readonly href: string; readonly label: string }[];
  readonly logo: BrandImage | undefined;
  readonly picture: BrandImage | undefined;
  readonly sheet: string;
}

export function brandIn({ brand, languages }: FormSpec, words: Messages): Brand | undefined {
  if (!brand) return undefined;
  const say = (text: Localized | undefined) => textIn(text, words, languages[0]);
  const { name, title, intro, logo, picture } = brand;
  return {
    name: say(name),
    title: say(title),
    intro: say(intro),
    links: brand.links.map(({ href, label }) => ({ href: say(href) ?? '', label: say(label) ?? '' })),
    logo,
    picture,
    sheet: brand.sheet,
  };
}

/** Each `#rrggbb`. */
export interface BrandColours {
  readonly panel?: string | undefined;
  /** Of the button; at least 3 to 1 on white. */
  readonly accent?: string | undefined;
}

/** The pages' grounds. */
const ground = { light: '#ffffff', dark: '#1a1f1d' };
/** WCAG 2.2, 1.4.11: what shows where a control is. */
const leastOfControls = 3;
/** WCAG 2.2, 1.4.3. */
const leastOfText = 4.5;

/** A colour near this one for a button that can be seen on the page; `undefined` where this one can. */
export function visibleInstead(accent: string): string | undefined {
  const near = towards('#000000', accent, { on: ground.light, least: leastOfControls });
  return near === accent ? undefined : near;
}

/** The colour itself, or mixed with as little of `end` as makes it visible. */
function towards(
  end: string,
  colour: string,
  { on, least }: { readonly on: string; readonly least: number },
): string {
  const { formatHex, interpolate, wcagContrast } = culori();
  const mix = interpolate([colour, end], 'oklab');
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = share === 0 ? colour : formatHex(mix(share));
    if (wcagContrast(mixed, on) >= least) return mixed;
  }
  return end;
}

/** White or nearly black, whichever can be read better; at least 4.5 to 1 on every colour. */
function readableOn(colour: string): string {
  const { wcagContrast } = culori();
  return wcagContrast('#ffffff', colour) >= wcagContrast('#111111', colour) ? '#ffffff' : '#111111';
}

/**
 * The style sheet of the page. What is not chosen follows: the words on a colour, and the button's colour on
 * a dark page.
 */
export function sheetOf({ panel, accent }: BrandColours): string {
  const rules: string[] = [];
  if (panel !== undefined) rules.push(`--brand: ${panel}`, `--on-brand: ${readableOn(panel)}`);
  if (accent !== undefined) {
    const dark = towards('#ffffff', accent, { on: ground.dark, least: leastOfText });
    const both = `light-dark(${accent}, ${dark})`;
    const onBoth = `light-dark(${readableOn(accent)}, ${readableOn(dark)})`;
    rules.push(`--accent: ${both}`, `--on-accent: ${onBoth}`);
    rules.push(`--rasa-signup-accent: ${both}`, `--rasa-signup-on-accent: ${onBoth}`);
  }
  return `.hosted { ${rules.join('; ')} }\n`;
}
