import type { BuilderSetup } from '../../shared/builder.ts';
import { plainDesign, type Design, type StartName } from './design.ts';

/** A design to start from. Its settings can be changed; its properties have no setting. */
interface Start {
  readonly settings: Partial<Design>;
  /** Custom properties of the element, without their prefix. */
  readonly properties: Readonly<Record<string, string>>;
}

const serif = 'Georgia, "Times New Roman", serif';

export const starts: Readonly<Record<StartName, Start>> = {
  quiet: { settings: {}, properties: {} },
  editorial: {
    settings: { accent: '#1b1b18 #ece9e2', titleFont: serif, radius: '0' },
    properties: {
      'title-size': '1.875em',
      'title-weight': '500',
      'field-border': '0 0 1px',
      'field-padding': '0.125em',
      frame: '2px 0 1px',
      padding: '1.5em 0',
    },
  },
  bold: {
    settings: {
      background: '#ffd23f',
      text: '#16140d',
      accent: '#16140d',
      onAccent: '#ffffff',
      border: '#16140d',
      buttonWidth: '100%',
      radius: '0.3',
    },
    properties: {
      'title-size': '2.125em',
      'title-weight': '800',
      'field-border': '2px',
      'input-background': '#fff',
      'input-color': '#16140d',
      padding: '2em',
      'frame-radius': '0.75em',
    },
  },
  card: {
    settings: {
      background: '#ffffff #20262a',
      text: '#191e1c #ecebe6',
      accent: '#0b6b4d #5dd1a6',
      maxWidth: '28',
      align: 'center',
      buttonWidth: '100%',
      radius: '0.6',
    },
    properties: {
      padding: '2em',
      frame: '1px',
      'frame-color': 'light-dark(#e0ddd4, #343b40)',
      'frame-radius': '1.25em',
      shadow: '0 1px 2px rgb(0 0 0 / 8%), 0 1em 2.5em rgb(0 0 0 / 10%)',
    },
  },
  band: {
    settings: {
      layout: 'inline',
      maxWidth: '100%',
      background: '#12282e',
      text: '#e9f1f2',
      accent: '#f2b84b',
      onAccent: '#1d1404',
      border: '#7f979c',
      radius: '0.25',
    },
    properties: {
      'input-background': '#0c1c21',
      padding: '2em max(1.5em, 50% - 31em)',
      'frame-radius': '0',
    },
  },
  popup: {
    settings: {
      display: 'dialog',
      layout: 'compact',
      background: '#fffaf4 #2a2025',
      text: '#2a1a20 #f6e9ee',
      accent: '#ad2456 #ff9dbd',
      radius: '0.6',
    },
    properties: {
      'title-size': '1.5em',
      'title-weight': '700',
      'button-radius': '9em',
      'frame-radius': '1.25em',
    },
  },
};

/** What a starting design leaves alone. */
const kept = [
  'form',
  'lang',
  'openOn',
  'againAfter',
  'title',
  'intro',
  'submit',
  'note',
  'accepted',
  'opener',
] as const;

/** Designs with a frame or a surface look unfinished without a title in it. */
const titled: readonly StartName[] = ['editorial', 'bold', 'card', 'band'];

/**
 * The design that starts again from `start`. Texts, language and triggers stay. The form’s own title is
 * filled in where a design needs one, and taken away again.
 */
export function startFrom(start: StartName, before: Design, setup: BuilderSetup): Design {
  const same = Object.fromEntries(kept.map((name) => [name, before[name]]));
  const design = { ...plainDesign(setup), ...starts[start].settings, ...same, start };
  const isOwn = before.title.trim() !== '' && !isFilledIn(before, setup);
  return isOwn ? design : { ...design, title: titled.includes(start) ? titleOf(before, setup) : '' };
}

/** A title that was filled in follows the form and the language; one that was written stays. */
export function withTitle(before: Design, change: Partial<Design>, setup: BuilderSetup): Partial<Design> {
  return isFilledIn(before, setup) ? { ...change, title: titleOf({ ...before, ...change }, setup) } : change;
}

function titleOf({ form, lang }: Design, { forms }: BuilderSetup): string {
  const found = forms.find(({ id }) => id === form);
  return found?.titles[lang] ?? found?.title ?? '';
}

function isFilledIn({ form, title }: Design, { forms }: BuilderSetup): boolean {
  const titles = forms.find(({ id }) => id === form)?.titles ?? {};
  return Object.values(titles).includes(title);
}
