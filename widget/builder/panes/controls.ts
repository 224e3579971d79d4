import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Design } from '../design.ts';
import type { Action, BuilderState } from '../state.ts';
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
  isQuiet = false,
}: {
  readonly name: string;
  readonly legend: string;
  readonly choices: Readonly<Record<Value, string>>;
  readonly chosen: Value;
  readonly choose: (value: Value) => void;
  readonly isQuiet?: boolean;
}): TemplateResult {
  return html`<fieldset class="choice ${isQuiet ? 'is-quiet' : ''}">
    <legend>${legend}</legend>
    <div class="segments">
      ${(Object.entries(choices) as [Value, string][]).map(
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
  const { front, back, ratio, least } = refused.why;
  const format = new Intl.NumberFormat(words.lang, { maximumFractionDigits: 1 });
  // Rounded down, so that a contrast is never shown as higher than it is.
  const shown = format.format(Math.floor(ratio * 10) / 10);
  return html`<div class="refused" role="alert">
    <p>
      ${words.unreadable(words.colours[front], words.colours[back], shown, format.format(least))}
      ${words.kept}
    </p>
    <div class="remedies">
      ${refused.remedies.map(
        ({ name, value, change }) =>
          html`<button
            type="button"
            class="plain remedy"
            @click=${() => {
              dispatch({ is: 'taken', change });
            }}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7" fill=${value} /></svg>
            ${words.take(words.colours[name], value)}
          </button>`,
      )}
    </div>
  </div>`;
}

export interface SettingsOptions extends Drawn {
  readonly setup: BuilderSetup;
  /** `undefined` until it has loaded. */
  readonly definition: FormDefinition | undefined;
}
