import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { readOpening, writeOpening, type Opening } from '../opening.ts';
import { pick, renderSlider, type Part, type SettingsOptions } from './controls.ts';

export function renderOpening(options: SettingsOptions): TemplateResult {
  const { state, words } = options;
  const { openOn } = state.design;
  const opening = readOpening(openOn);
  const change = (part: Partial<Opening>) => {
    pick(options, 'openOn')(writeOpening({ ...opening, ...part }));
  };
  return html`<fieldset>
      <legend class="unseen">${words.sections.opening}</legend>
      ${renderBox(words.openOn.button, opening.button, (button) => {
        change({ button });
      })}
      ${renderBox(words.openOn.time, opening.seconds !== '', (isTicked) => {
        change({ seconds: isTicked ? '10' : '' });
      })}
      ${opening.seconds === '' ? nothing : renderPart(options, opening, 'seconds')}
      ${renderBox(words.openOn.scroll, opening.percent !== '', (isTicked) => {
        change({ percent: isTicked ? '50' : '' });
      })}
      ${opening.percent === '' ? nothing : renderPart(options, opening, 'percent')}
      ${renderBox(words.openOn.exit, opening.exit, (exit) => {
        change({ exit });
      })}
    </fieldset>
    ${openOn === 'button' ? nothing : renderDays(options)}`;
}

function renderBox(label: string, isTicked: boolean, tick: (isTicked: boolean) => void): TemplateResult {
  return html`<label class="box">
    <input
      type="checkbox"
      .checked=${live(isTicked)}
      @change=${(event: Event) => {
        tick((event.target as HTMLInputElement).checked);
      }}
    />
    <span>${label}</span>
  </label>`;
}

/** The number that a trigger needs. */
function renderPart(
  { words, dispatch }: SettingsOptions,
  opening: Opening,
  name: 'seconds' | 'percent',
): Part {
  const value = opening[name];
  return html`<div class="nested">
    ${renderSlider({
      id: name,
      label: name === 'seconds' ? words.howLong : words.howFar,
      said: name === 'seconds' ? words.seconds(value) : words.ofThePage(value),
      range: name === 'seconds' ? [1, Math.max(60, Number(value)), 1] : [5, 100, 5],
      value,
      onInput: (chosen) => {
        dispatch({ is: 'set', name: 'openOn', value: writeOpening({ ...opening, [name]: chosen }) });
      },
      onSettled: () => {
        dispatch({ is: 'settled' });
      },
    })}
  </div>`;
}

function renderDays(options: SettingsOptions): TemplateResult {
  const { state, words } = options;
  const { againAfter } = state.design;
  const onChange = (event: Event) => {
    const days = Math.round((event.target as HTMLInputElement).valueAsNumber);
    pick(
      options,
      'againAfter',
    )(Number.isFinite(days) ? String(Math.min(365, Math.max(0, days))) : againAfter);
  };
  return html`<div class="days">
      <label for="again">${words.againAfter}</label>
      <input
        type="number"
        id="again"
        min="0"
        max="365"
        aria-describedby="days again-help"
        .value=${live(againAfter)}
        @change=${onChange}
      />
      <span id="days">${words.days}</span>
    </div>
    <p class="help" id="again-help">${words.againHelp}</p>`;
}
