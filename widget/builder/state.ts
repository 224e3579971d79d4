import { findUnreadable, fitColour, nearestReadable, type Scheme, type Unreadable } from './contrast.ts';
import { colourNames, type ColourName, type Design } from './design.ts';
import type { View } from './view.ts';

/** The builder's whole state. Every change goes through `reduce`. */
export interface BuilderState {
  readonly design: Design;
  readonly past: readonly Design[];
  readonly future: readonly Design[];
  /** The setting that is being edited. All typing until it loses the focus is one step to undo. */
  readonly open: keyof Design | undefined;
  readonly refused: Refusal | undefined;
  /** Typed text that is not a valid value. */
  readonly mistyped: { readonly name: keyof Design; readonly value: string } | undefined;
  readonly view: View;
}

/** A change that would have made something unreadable, and what can be done instead. */
export interface Refusal {
  readonly name: keyof Design;
  readonly value: string;
  readonly why: Unreadable;
  readonly remedies: readonly Remedy[];
}

export interface Remedy {
  /** The colour that differs from what was wanted, or from what it was before. */
  readonly name: ColourName;
  readonly value: string;
  readonly change: Partial<Design>;
}

export type Action =
  /** While typing or dragging. */
  | { readonly is: 'set'; readonly name: keyof Design; readonly value: string }
  | { readonly is: 'mistyped'; readonly name: keyof Design; readonly value: string }
  /** Editing of the setting is finished. */
  | { readonly is: 'settled' }
  | { readonly is: 'taken'; readonly change: Partial<Design> }
  | { readonly is: 'loaded'; readonly design: Design; readonly view: View }
  | { readonly is: 'reset'; readonly design: Design }
  | { readonly is: 'undo' }
  | { readonly is: 'redo' }
  | { readonly is: 'looked'; readonly view: Partial<View> };

export function startWith(design: Design, view: View): BuilderState {
  return { design, view, past: [], future: [], open: undefined, refused: undefined, mistyped: undefined };
}

export function reduce(state: BuilderState, action: Action): BuilderState {
  const { design, past, future } = state;
  switch (action.is) {
    case 'set': {
      const { name } = action;
      const value = fit(design, action, shownScheme(state.view));
      const refused = refuse(design, name, value);
      if (refused) return { ...state, refused, mistyped: undefined };
      const next = { ...design, [name]: value };
      return state.open === name
        ? { ...state, design: next, future: [], refused: undefined, mistyped: undefined }
        : { ...stepTo(state, next), open: name };
    }
    case 'mistyped': {
      const { name, value } = action;
      return { ...state, mistyped: { name, value }, refused: undefined };
    }
    case 'settled':
      return { ...state, open: undefined };
    case 'taken':
      return stepTo(state, { ...design, ...action.change });
    case 'reset':
      return stepTo(state, action.design);
    case 'loaded':
      return { ...stepTo(state, action.design), view: action.view };
    case 'undo': {
      const before = past.at(-1);
      if (!before) return state;
      return {
        ...startWith(before, state.view),
        past: past.slice(0, -1),
        future: [design, ...future],
      };
    }
    case 'redo': {
      const [after, ...rest] = future;
      if (!after) return state;
      return { ...startWith(after, state.view), past: [...past, design], future: rest };
    }
    case 'looked':
      return { ...state, view: { ...state.view, ...action.view } };
  }
}

/** The colour scheme of the page in the preview. */
export function shownScheme({ backdrop }: Pick<View, 'backdrop'>): Scheme {
  return backdrop === 'dark' ? 'dark' : 'light';
}

function fit(
  design: Design,
  { name, value }: { readonly name: keyof Design; readonly value: string },
  shown: Scheme,
): string {
  const colour = colourNames.find((colour) => colour === name);
  return (colour && fitColour(design, colour, { value, shown })) ?? value;
}

/** Enough for an afternoon of editing. */
const mostSteps = 500;

function stepTo(state: BuilderState, next: Design): BuilderState {
  const { design, past } = state;
  const isSame = Object.entries(next).every(([name, value]) => design[name as keyof Design] === value);
  return {
    ...state,
    design: next,
    past: isSame ? past : [...past, design].slice(-mostSteps),
    future: isSame ? state.future : [],
    open: undefined,
    refused: undefined,
    mistyped: undefined,
  };
}

function refuse(design: Design, name: keyof Design, value: string): Refusal | undefined {
  const wanted = { ...design, [name]: value };
  const why = findUnreadable(wanted);
  if (!why) return undefined;
  const chosen = [why.front, why.back].find((colour) => colour === name);
  const names = chosen === undefined ? [why.front, why.back] : [chosen, other(why, chosen)];
  const remedies = names.flatMap((colour): Remedy[] => {
    const near = nearestReadable(wanted, colour, why.scheme);
    if (near === undefined) return [];
    const change = { [name]: value, [colour]: near };
    return findUnreadable({ ...design, ...change }) ? [] : [{ name: colour, value: near, change }];
  });
  return { name, value, why, remedies };
}

function other({ front, back }: Unreadable, name: ColourName): ColourName {
  return name === front ? back : front;
}

/** Removes unreadable colours, which a link may contain. */
export function withoutUnreadable(design: Design): Design {
  let readable = design;
  for (let why = findUnreadable(readable); why; why = findUnreadable(readable)) {
    const { front, back } = why;
    const chosen =
      [front, back].find((name) => readable[name] !== '') ??
      colourNames.find((name) => readable[name] !== '');
    if (chosen === undefined) return readable;
    readable = { ...readable, [chosen]: '' };
  }
  return readable;
}
