import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { ref } from 'lit/directives/ref.js';
import type { Design } from '../design.ts';
import type { Action, BuilderState } from '../state.ts';
import { icon } from './icons.ts';
import type { Words } from '../words/words.ts';
import type { BuilderSetup } from '../../../shared/builder.ts';
import type { FormDefinition } from '../../../shared/form.ts';

/** What the parts of the page are rendered from, and how they report changes. */
export interface Drawn {
  readonly state: BuilderState;
  readonly words: Words;
  readonly dispatch: (action: Action) => void;
}

export type Part = TemplateResult | typeof nothing;

/** A choice among a few visible options: native radio buttons that look like one switch. */
export function renderChoice<Value extends string>({
  name,
  legend,
  choices,
  chosen,
  choose,
}: {
  readonly name: string;
  readonly legend: string;
  readonly choices: Readonly<Record<Value, string | TemplateResult>>;
  readonly chosen: Value;
  readonly choose: (value: Value) => void;
}): TemplateResult {
  return html`<fieldset class="choice">
    <legend>${legend}</legend>
    <div class="segments">
      ${(Object.entries(choices) as [Value, string | TemplateResult][]).map(
        ([value, label]) =>
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
            <span>${label}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}

/** A slider whose value is always beside it. */
export function renderSlider({
  id,
  label,
  said,
  range: [min, max, step],
  value,
  onInput,
  onSettled,
}: {
  readonly id: string;
  readonly label: string;
  /** The value with its unit. */
  readonly said: string;
  readonly range: readonly [min: number, max: number, step: number];
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onSettled: () => void;
}): TemplateResult {
  return html`<div class="setting slider">
    <label for=${id}>${label}</label>
    <output for=${id}>${said}</output>
    <input
      type="range"
      id=${id}
      min=${min}
      max=${max}
      step=${step}
      aria-valuetext=${said}
      ${ref((slider) => {
        // By script, since the policy allows no style attributes.
        const filled = ((Number(value) - min) / (max - min)) * 100;
        if (slider instanceof HTMLElement) slider.style.setProperty('--filled', `${filled}%`);
      })}
      .value=${live(value)}
      @input=${(event: Event) => {
        onInput((event.target as HTMLInputElement).value);
      }}
      @change=${onSettled}
    />
  </div>`;
}

/** A choice among many options. */
export function renderSelect({
  id,
  label,
  options,
  chosen,
  choose,
}: {
  readonly id: string;
  readonly label: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly chosen: string;
  readonly choose: (value: string) => void;
}): TemplateResult {
  return html`<div class="setting">
    <label for=${id}>${label}</label>
    <div class="picker">
      <select
        id=${id}
        .value=${live(chosen)}
        @change=${(event: Event) => {
          choose((event.target as HTMLSelectElement).value);
        }}
      >
        ${options.map(
          ([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`,
        )}
      </select>
      ${icon('down')}
    </div>
  </div>`;
}

/** Changes a setting as one step to undo. */
export function pick({ dispatch }: Pick<Drawn, 'dispatch'>, name: keyof Design): (value: string) => void {
  return (value) => {
    dispatch({ is: 'set', name, value });
    dispatch({ is: 'settled' });
  };
}

/** Why a change was rejected, and what can be done instead. */
export function renderRefusal({ state, words, dispatch }: Drawn, name: keyof Design): Part {
  const { refused } = state;
  if (refused?.name !== name) return nothing;
  const { front, back, least } = refused.why;
  const format = new Intl.NumberFormat(words.lang, { minimumFractionDigits: 1 });
  const [remedy] = refused.remedies;
  return html`<div class="refused" role="alert">
      ${icon('alert')}
      <p>${words.unreadable(words.colours[front], words.colours[back], format.format(least))}</p>
    </div>
    ${
      remedy
        ? html`<button
            type="button"
            class="second remedy"
            @click=${() => {
              dispatch({ is: 'taken', change: remedy.change });
            }}
          >
            ${words.take(remedy.value)}
          </button>`
        : nothing
    }`;
}

export interface SettingsOptions extends Drawn {
  readonly setup: BuilderSetup;
  /** `undefined` until it has loaded. */
  readonly definition: FormDefinition | undefined;
}
