import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { isFont, layouts, type Design, type Layout } from '../design.ts';
import {
  pick,
  renderChoice,
  renderSelect,
  renderSlider,
  type Part,
  type SettingsOptions,
} from './controls.ts';

/** The element's own greatest width, in em, where none is chosen. */
const ownWidths: Readonly<Record<Layout, number>> = { stacked: 32, compact: 32, inline: 48 };
const ownOverlayWidths: Readonly<Partial<Record<Design['display'], number>>> = { dialog: 26, 'slide-in': 23 };

/** The width in em, `undefined` for all that there is. A bar is as wide as the window. */
export function widthOf({ maxWidth, layout, display }: Design): number | undefined {
  if (maxWidth === '100%' || display === 'bar') return undefined;
  return maxWidth === '' ? (ownOverlayWidths[display] ?? ownWidths[layout]) : Number(maxWidth);
}

/** One em on a page that has not changed the browser's font size. */
export const pxPerEm = 16;
const widestEm = 61;

export function renderSize(options: SettingsOptions): TemplateResult {
  const { state, words } = options;
  const { design } = state;
  const { layout, display, align } = design;
  const isInRow = display === 'bar' || (display === 'inline' && layout === 'inline');
  const offered = layouts.filter((name) => name !== 'inline' || display === 'inline');
  const shown = offered.find((name) => name === layout) ?? 'stacked';
  return html`${
    display === 'inline'
      ? html`${renderChoice({
            name: 'layout',
            legend: words.layout,
            choices: words.layouts,
            chosen: shown,
            choose: pick(options, 'layout'),
          })}
          <p class="help">${words.layoutHelp[shown]}</p>`
      : nothing
  }
  ${display === 'bar' ? nothing : renderWidth(options)}
  ${renderChoice({
    name: 'align',
    legend: words.align,
    choices: words.aligns,
    chosen: align === 'center' ? 'center' : 'start',
    choose: (value) => {
      pick(options, 'align')(value === 'start' ? '' : value);
    },
  })}
  ${
    isInRow
      ? nothing
      : renderChoice({
          name: 'button-width',
          legend: words.buttonWidth,
          choices: words.buttonWidths,
          chosen: buttonWidthOf(design),
          choose: pick(options, 'buttonWidth'),
        })
  }`;
}

function buttonWidthOf({ buttonWidth, layout, display }: Design): 'auto' | '100%' {
  if (buttonWidth !== '') return buttonWidth === '100%' ? '100%' : 'auto';
  return layout === 'compact' || display !== 'inline' ? '100%' : 'auto';
}

function renderWidth({ state, words, dispatch }: SettingsOptions): TemplateResult {
  const { design } = state;
  const width = widthOf(design);
  return renderSlider({
    id: 'max-width',
    label: words.maxWidth,
    said: width === undefined ? words.fullWidth : `${width * pxPerEm} px`,
    range: [16, widestEm, 1],
    value: String(width ?? widestEm),
    onInput: (value) => {
      const own = String(widthOf({ ...design, maxWidth: '' }));
      const isFull = Number(value) >= widestEm;
      dispatch({ is: 'set', name: 'maxWidth', value: isFull ? '100%' : value === own ? '' : value });
    },
    onSettled: () => {
      dispatch({ is: 'settled' });
    },
  });
}

/** Font stacks that exist on every machine; https://modernfontstacks.com has more. */
const fontStacks = {
  inherit: '',
  system: 'system-ui, sans-serif',
  serif: 'Georgia, "Times New Roman", serif',
  rounded: 'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, Nunito, sans-serif',
  mono: 'ui-monospace, Menlo, Consolas, monospace',
};

type FontName = keyof typeof fontStacks | 'own';

export function fontNameOf(font: string): FontName {
  const stacks = Object.entries(fontStacks) as [keyof typeof fontStacks, string][];
  return stacks.find(([, stack]) => stack === font)?.[0] ?? 'own';
}

/** The radius of the element, in em, where none is chosen. */
const ownRadius = 0.5;

export function radiusOf({ radius }: Pick<Design, 'radius'>): number {
  return radius === '' ? ownRadius : Number(radius);
}

export function renderType(options: SettingsOptions): TemplateResult {
  const { state, words, dispatch } = options;
  const radius = radiusOf(state.design);
  return html`${renderFont(options, 'font', words.font, words.fonts)}
  ${renderFont(options, 'titleFont', words.titleFont, { ...words.fonts, inherit: words.asTheRest })}
  ${renderSlider({
    id: 'radius',
    label: words.corners,
    said: `${Math.round(radius * pxPerEm)} px`,
    range: [0, 1.5, 0.05],
    value: String(radius),
    onInput: (value) => {
      dispatch({ is: 'set', name: 'radius', value: Number(value) === ownRadius ? '' : value });
    },
    onSettled: () => {
      dispatch({ is: 'settled' });
    },
  })}`;
}

function renderFont(
  options: SettingsOptions,
  name: 'font' | 'titleFont',
  label: string,
  fonts: Readonly<Record<FontName, string>>,
): TemplateResult {
  const { state } = options;
  const isWrong = state.mistyped?.name === name;
  const chosen = isWrong ? 'own' : fontNameOf(state.design[name]);
  return html`${renderSelect({
    id: name,
    label,
    options: Object.entries(fonts),
    chosen,
    choose: (font) => {
      const stack = Object.entries(fontStacks).find(([key]) => key === font)?.[1];
      pick(options, name)(stack ?? 'Verdana, sans-serif');
    },
  })}
  ${chosen === 'own' ? renderOwnFont(options, name, isWrong) : nothing}`;
}

function renderOwnFont(
  { state, words, dispatch }: SettingsOptions,
  name: 'font' | 'titleFont',
  isWrong: boolean,
): Part {
  return html`<div class="setting">
    <label for="own-${name}">${words.ownFont}</label>
    <input
      type="text"
      id="own-${name}"
      spellcheck="false"
      aria-invalid=${isWrong ? 'true' : 'false'}
      aria-describedby="own-${name}-help"
      .value=${live(isWrong ? (state.mistyped?.value ?? '') : state.design[name])}
      @change=${(event: Event) => {
        const { value } = event.target as HTMLInputElement;
        dispatch(isFont(value) ? { is: 'set', name, value } : { is: 'mistyped', name, value });
        if (isFont(value)) dispatch({ is: 'settled' });
      }}
    />
    <p class="help" id="own-${name}-help">
      ${isWrong ? html`<span class="wrong" role="alert">${words.notAFont}</span>` : words.fontHelp}
    </p>
  </div>`;
}
