export const backdrops = ['neutral', 'dark', 'site'] as const;
export const widths = ['desktop', 'phone'] as const;
export const moments = ['empty', 'error', 'sending', 'confirm', 'success', 'unavailable'] as const;
export const snippetKinds = ['script', 'element', 'wordpress', 'react', 'html', 'pinned'] as const;

export type Backdrop = (typeof backdrops)[number];
export type Width = (typeof widths)[number];
/** The moment in the form's life that the preview shows. */
export type Moment = (typeof moments)[number];
export type SnippetKind = (typeof snippetKinds)[number];

/** How a design is previewed. None of it affects the form. */
export interface View {
  readonly backdrop: Backdrop;
  readonly width: Width;
  readonly moment: Moment;
  /** Empty for the shortest that carries the design. */
  readonly kind: SnippetKind | '';
  /** The style sheet of the marketer's own site, for the backdrop `site`. */
  readonly css: string;
}

export const firstView: View = {
  backdrop: 'neutral',
  width: 'desktop',
  moment: 'empty',
  kind: '',
  css: '',
};

const longestCss = 50_000;

/** Reads a view from `wanted`. If it has no width, the width of `before` remains, which suits the screen. */
export function readView(
  wanted: Iterable<readonly [name: string, value: string]>,
  before: View,
): {
  readonly view: View;
  readonly isWhole: boolean;
} {
  let view: View = { ...firstView, width: before.width };
  let isWhole = true;
  for (const [name, value] of wanted) {
    if (Object.hasOwn(checks, name) && checks[name as keyof View](value)) view = { ...view, [name]: value };
    else isWhole = false;
  }
  return { view, isWhole };
}

const checks: Readonly<Record<keyof View, (value: string) => boolean>> = {
  backdrop: (value) => backdrops.some((name) => name === value),
  width: (value) => widths.some((name) => name === value),
  moment: (value) => moments.some((name) => name === value),
  kind: (value) => value === '' || snippetKinds.some((name) => name === value),
  css: (value) => value.length <= longestCss,
};
