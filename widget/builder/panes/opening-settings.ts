import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { readOpening, writeOpening, type Opening } from '../opening.ts';
import { pick, type SettingsOptions } from './controls.ts';

export function renderOpening(options: SettingsOptions): TemplateResult {
  const { state, words } = options;
  const { openOn, againAfter } = state.design;
  const opening = readOpening(openOn);
  const change = (part: Partial<Opening>) => {
    pick(options, 'openOn')(writeOpening({ ...opening, ...part }));
  };
  const box = (label: string, isTicked: boolean, tick: (isTicked: boolean) => void) =>
    html`<label class="box">
      <input
        type="checkbox"
        .checked=${live(isTicked)}
        @change=${(event: Event) => {
          tick((event.target as HTMLInputElement).checked);
        }}
      />
      <span>${label}</span>
    </label>`;
  return html`<fieldset>
      <legend>${words.openWhen}</legend>
      ${box(words.openOn.button, opening.button, (button) => {
        change({ button });
      })}
      ${box(words.openOn.time, opening.seconds !== '', (isTicked) => {
        change({ seconds: isTicked ? '10' : '' });
      })}
      ${
        opening.seconds &&
        renderNumber('seconds', words.seconds, opening.seconds, [1, 999], (seconds) => {
          change({ seconds });
        })
      }
      ${box(words.openOn.scroll, opening.percent !== '', (isTicked) => {
        change({ percent: isTicked ? '50' : '' });
      })}
      ${
        opening.percent &&
        renderNumber('percent', words.percent, opening.percent, [1, 100], (percent) => {
          change({ percent });
        })
      }
      ${box(words.openOn.exit, opening.exit, (exit) => {
        change({ exit });
      })}
      <p class="help">${words.opensOnButton}</p>
    </fieldset>
    ${
      openOn === 'button'
        ? nothing
        : html`<fieldset>
            <legend>${words.againAfter}</legend>
            ${renderNumber('again', words.days, againAfter, [0, 365], pick(options, 'againAfter'))}
            <p class="help">${words.againHelp}</p>
          </fieldset>`
    }`;
}

function renderNumber(
  id: string,
  label: string,
  value: string,
  [min, max]: readonly [number, number],
  choose: (value: string) => void,
): TemplateResult {
  const onChange = (event: Event) => {
    const number = Math.round((event.target as HTMLInputElement).valueAsNumber);
    choose(Number.isFinite(number) ? String(Math.min(max, Math.max(min, number))) : value);
  };
  return html`<div class="setting number">
    <label for=${id}>${label}</label>
    <input type="number" id=${id} min=${min} max=${max} .value=${live(value)} @change=${onChange} />
  </div>`;
}
