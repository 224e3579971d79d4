import { html, svg, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { displays, startNames, type Display, type StartName } from '../design.ts';
import { startFrom } from '../starts.ts';
import { pick, type SettingsOptions } from './controls.ts';
import { icon } from './icons.ts';

export function renderStarts(options: SettingsOptions): TemplateResult {
  const { state, words, dispatch, setup } = options;
  return renderPictures({
    name: 'start',
    legend: words.sections.start,
    choices: startNames.map((start) => [start, words.starts[start], startPictures[start]] as const),
    chosen: state.design.start,
    choose: (start) => {
      dispatch({ is: 'taken', change: startFrom(start, state.design, setup) });
    },
  });
}

export function renderPlaces(options: SettingsOptions): TemplateResult {
  const { state, words } = options;
  const { display } = state.design;
  return html`${renderPictures({
      name: 'display',
      legend: words.sections.place,
      choices: displays.map((place) => [place, words.displays[place], placePictures[place]] as const),
      chosen: display,
      choose: pick(options, 'display'),
    })}
    <p class="help">${words.displayHelp[display]}</p>`;
}

/** Radio buttons that show what they choose. */
function renderPictures<Value extends string>({
  name,
  legend,
  choices,
  chosen,
  choose,
}: {
  readonly name: string;
  readonly legend: string;
  readonly choices: readonly (readonly [value: Value, label: string, picture: TemplateResult])[];
  readonly chosen: Value;
  readonly choose: (value: Value) => void;
}): TemplateResult {
  return html`<fieldset class="pictures">
    <legend class="unseen">${legend}</legend>
    ${choices.map(
      ([value, label, picture]) =>
        html`<label>
          <input
            type="radio"
            name=${name}
            value=${value}
            .checked=${live(value === chosen)}
            @change=${() => {
              choose(value);
            }}
          />
          <span class="picture">${picture}<span class="badge">${icon('tick')}</span></span>
          <span>${label}</span>
        </label>`,
    )}
  </fieldset>`;
}

const frame = (height: number, content: TemplateResult) =>
  html`<svg viewBox="0 0 148 ${height}" aria-hidden="true">${content}</svg>`;

const box = (x: number, y: number, width: number, height: number, look: string, radius = 2) =>
  svg`<rect x=${x} y=${y} width=${width} height=${height} rx=${radius} fill=${look.split(' ')[0] ?? ''} stroke=${look.split(' ')[1] ?? 'none'} />`;

const title = (x: number, y: number, text: string, look: string) =>
  svg`<text x=${x} y=${y} class=${look}>${text}</text>`;

/** 148 × 98, in the designs' own colours: they look the same in light and dark. */
const startPictures: Readonly<Record<StartName, TemplateResult>> = {
  quiet: frame(
    98,
    svg`${box(0, 0, 148, 98, '#fffefb', 0)}${title(24, 24, 'The Harbour Letter', 'small strong')}
    ${box(24, 31, 76, 3, '#a9aaa6')}${box(24.5, 41.5, 99, 14, '#fff #6e7370', 3)}
    ${box(24.5, 61.5, 99, 14, '#fff #6e7370', 3)}${box(24, 81, 40, 12, '#1a5bae', 3)}${box(33, 86, 22, 2.5, '#fff')}`,
  ),
  editorial: frame(
    98,
    svg`${box(0, 0, 148, 98, '#fbf7ef', 0)}${box(24, 9, 99, 2.5, '#1b1b18', 0)}
    ${title(24, 29, 'Harbour Letter', 'serif')}${box(24, 36, 84, 3, '#a9a49a')}${box(24, 58, 99, 1.5, '#1b1b18', 0)}
    ${box(24, 75, 99, 1.5, '#1b1b18', 0)}${box(24, 81, 44, 12, '#1b1b18', 0)}${box(34, 86, 24, 2.5, '#fff')}`,
  ),
  bold: frame(
    98,
    svg`${box(0, 0, 148, 98, '#fffefb', 0)}${box(11, 7, 126, 84, '#ffd23f', 4)}
    ${title(22, 27, 'Harbour', 'large')}${box(22, 33, 70, 3, '#7c6a2b')}${box(22, 43, 104, 14, '#fff #16140d', 2)}
    ${box(21, 64, 106, 16, '#16140d', 2)}${box(62, 71, 24, 2.5, '#fff')}`,
  ),
  card: frame(
    98,
    svg`${box(0, 0, 148, 98, '#e9e5da', 0)}${box(31, 10, 86, 80, '#d5d1c5', 8)}
    ${box(31, 8, 86, 80, '#fff', 8)}${title(74, 26, 'Harbour Letter', 'small strong centred')}
    ${box(46, 32, 56, 3, '#a9aaa6')}${box(40.5, 41.5, 67, 11, '#fff #6e7370', 3)}
    ${box(40.5, 57.5, 67, 11, '#fff #6e7370', 3)}${box(40, 73, 68, 10, '#0b6b4d', 3)}${box(63, 77, 22, 2.5, '#fff')}`,
  ),
  band: frame(
    98,
    svg`${box(0, 0, 148, 98, '#fffefb', 0)}${[10, 17, 24, 31].map((y, at) => box(16, y, at === 0 ? 60 : at === 3 ? 98 : 116, 3, '#dcdad3'))}
    ${box(0, 48, 148, 50, '#12282e', 0)}${title(16, 64, 'The Harbour Letter', 'small strong pale')}
    ${box(16.5, 71.5, 35, 13, '#0c1c21 #7f979c', 2)}${box(56.5, 71.5, 24, 13, '#0c1c21 #7f979c', 2)}
    ${box(85.5, 71.5, 22, 13, '#0c1c21 #7f979c', 2)}${box(112, 71, 22, 14, '#f2b84b', 2)}`,
  ),
  popup: frame(
    98,
    svg`${box(0, 0, 148, 98, '#8f8d87', 0)}${[12, 19, 26, 84].map((y) => box(16, y, 116, 3, '#77756f'))}
    ${box(31, 8, 86, 78, '#fffaf4', 8)}${title(40, 24, 'Waterfront', 'small strong')}
    <path d="m102 17 6 6m0-6-6 6" stroke="#2a1a20" stroke-width="1.5" />${box(40.5, 34.5, 67, 11, '#fff #85747a', 3)}
    ${box(40.5, 50.5, 32, 11, '#fff #85747a', 3)}${box(75.5, 50.5, 32, 11, '#fff #85747a', 3)}
    ${box(40, 67, 68, 11, '#ad2456', 6)}${box(62, 71.5, 24, 2.5, '#fff')}`,
  ),
};

const lines = (fill: string) =>
  svg`${box(14, 12, 60, 4, fill)}${box(14, 21, 118, 3, fill)}${box(14, 29, 100, 3, fill)}`;

/** 148 × 62. */
const placePictures: Readonly<Record<Display, TemplateResult>> = {
  inline: frame(
    62,
    svg`${box(0, 0, 148, 62, '#efeee9', 0)}${lines('#b5b5af')}
    ${box(14.5, 36.5, 74, 9, '#fff #191e1c')}${box(14, 49, 30, 8, '#0b6b4d')}`,
  ),
  dialog: frame(
    62,
    svg`${box(0, 0, 148, 62, '#a8a8a4', 0)}${lines('#8b8b86')}
    ${box(42.5, 9.5, 64, 44, '#fff #191e1c', 4)}${box(50.5, 20.5, 48, 9, '#fff #191e1c')}${box(50, 36, 49, 9, '#0b6b4d')}`,
  ),
  'slide-in': frame(
    62,
    svg`${box(0, 0, 148, 62, '#efeee9', 0)}${lines('#b5b5af')}${box(14, 37, 60, 3, '#b5b5af')}
    ${box(86.5, 22.5, 54, 34, '#fff #191e1c', 4)}${box(93.5, 30.5, 40, 8, '#fff #191e1c')}${box(93, 43, 41, 8, '#0b6b4d')}`,
  ),
  bar: frame(
    62,
    svg`${box(0, 0, 148, 62, '#efeee9', 0)}${lines('#b5b5af')}
    ${box(0, 42, 148, 20, '#fff', 0)}${box(0, 41, 148, 1.5, '#191e1c', 0)}
    ${box(13.5, 47.5, 74, 9, '#fff #191e1c')}${box(94, 47, 40, 10, '#0b6b4d')}`,
  ),
};
