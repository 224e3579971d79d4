import type { BuilderSetup } from '../../shared/builder.ts';

export const layouts = ['stacked', 'inline', 'compact'] as const;
export const displays = ['inline', 'dialog', 'slide-in', 'bar'] as const;
export const themes = ['light', 'dark', 'auto'] as const;
export const startNames = ['quiet', 'editorial', 'bold', 'card', 'band', 'popup'] as const;
export const colourNames = ['accent', 'onAccent', 'background', 'text', 'border'] as const;
export const textNames = ['title', 'intro', 'submit', 'note', 'accepted', 'opener'] as const;

export type Layout = (typeof layouts)[number];
export type Display = (typeof displays)[number];
export type Theme = (typeof themes)[number];
export type StartName = (typeof startNames)[number];
export type ColourName = (typeof colourNames)[number];
export type TextName = (typeof textNames)[number];

/**
 * The marketer's decisions about the form. All values are text, and an empty one means the default. A design
 * can therefore be written as a query string and read back. Colours are `#rrggbb`, or two of them separated
 * by a space: one for light pages and one for dark ones.
 */
export interface Design extends Readonly<Record<ColourName | TextName, string>> {
  readonly form: string;
  /** The design that it was started from. It decides what has no setting, such as the size of the title. */
  readonly start: StartName;
  /** A BCP 47 tag. Empty for the page's language. */
  readonly lang: string;
  readonly layout: Layout;
  readonly display: Display;
  /** A value of the attribute `open-on`. */
  readonly openOn: string;
  /** In days. */
  readonly againAfter: string;
  readonly theme: Theme;
  /** A value of the CSS property `font-family`. */
  readonly font: string;
  readonly titleFont: string;
  /** The greatest width in em, or `100%`. */
  readonly maxWidth: string;
  readonly align: string;
  readonly buttonWidth: string;
  /** In em. */
  readonly radius: string;
}

const longestText = 500;

/** The design of the first form with all defaults. */
export function plainDesign({ forms }: Pick<BuilderSetup, 'forms'>): Design {
  return {
    form: forms[0]?.id ?? '',
    start: 'quiet',
    lang: '',
    layout: 'stacked',
    display: 'inline',
    openOn: 'button',
    againAfter: '7',
    theme: 'auto',
    accent: '',
    onAccent: '',
    background: '',
    text: '',
    border: '',
    font: '',
    titleFont: '',
    maxWidth: '',
    align: '',
    buttonWidth: '',
    radius: '',
    title: '',
    intro: '',
    submit: '',
    note: '',
    accepted: '',
    opener: '',
  };
}

/**
 * Reads a design from `wanted`. Values that a design cannot have are omitted, and the result says whether any
 * was.
 */
export function readDesign(
  wanted: Iterable<readonly [name: string, value: string]>,
  setup: BuilderSetup,
): { readonly design: Design; readonly isWhole: boolean } {
  const checks = checksFor(setup);
  let design = plainDesign(setup);
  let isWhole = true;
  for (const [name, value] of wanted) {
    if (Object.hasOwn(checks, name) && checks[name as keyof Design](value))
      design = { ...design, [name]: value };
    else isWhole = false;
  }
  return { design, isWhole };
}

type Checks = Readonly<Record<keyof Design, (value: string) => boolean>>;

function checksFor({ forms }: BuilderSetup): Checks {
  return {
    form: (value) => forms.some(({ id }) => id === value),
    start: oneOf(startNames),
    lang: (value) => value === '' || forms.some(({ languages }) => languages.includes(value)),
    layout: oneOf(layouts),
    display: oneOf(displays),
    openOn: isOpenOn,
    againAfter: (value) => isNumber(value, 0, 365),
    theme: oneOf(themes),
    accent: isColour,
    onAccent: isColour,
    background: isColour,
    text: isColour,
    border: isColour,
    font: isFont,
    titleFont: isFont,
    maxWidth: (value) => value === '' || value === '100%' || isNumber(value, 15, 60),
    align: oneOf(['', 'center']),
    buttonWidth: oneOf(['', 'auto', '100%']),
    radius: (value) => value === '' || isNumber(value, 0, 2),
    title: isText,
    intro: isText,
    submit: isText,
    note: isText,
    accepted: isText,
    opener: isText,
  };
}

/**
 * Whether a value is a list of font names, quoted or not, and nothing that a style sheet could read
 * otherwise.
 */
export function isFont(value: string): boolean {
  const name = /\s*(?:[\p{L}-][\p{L}\p{N}-]*(?: [\p{L}\p{N}-]+)*|"[\p{L}\p{N} .-]+")\s*/u.source;
  return value === '' || (value.length <= 200 && new RegExp(`^${name}(?:,${name})*$`, 'u').test(value));
}

function isOpenOn(value: string): boolean {
  const parts = value.split(' ');
  return (
    new Set(parts).size === parts.length &&
    parts.every((part) => /^(?:button|exit|[1-9]\d{0,2}s|(?:[1-9]\d?|100)%)$/.test(part))
  );
}

function isColour(value: string): boolean {
  return /^(?:#[0-9a-f]{6}(?: #[0-9a-f]{6})?)?$/.test(value);
}

function isText(value: string): boolean {
  return value.length <= longestText;
}

function isNumber(value: string, least: number, greatest: number): boolean {
  return /^\d+(?:\.\d{1,2})?$/.test(value) && Number(value) >= least && Number(value) <= greatest;
}

function oneOf(values: readonly string[]): (value: string) => boolean {
  return (value) => values.includes(value);
}
