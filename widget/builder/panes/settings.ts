import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { BuilderSetup } from '../../../shared/builder.ts';
import type { FormDefinition } from '../../../shared/form.ts';
import { renderColours } from './colour-settings.ts';
import { pick, renderChoice, renderSelect, type Drawn, type Part } from './controls.ts';
import { isFont, textNames, type TextName } from '../design.ts';
import { readOpening, writeOpening, type Opening } from '../opening.ts';

export interface SettingsOptions extends Drawn {
  readonly setup: BuilderSetup;
  /** `undefined` until it is there. */
  readonly definition: FormDefinition | undefined;
}

/** Everything that can be decided about the form, in groups of which one at a time is open. */
export function renderSettings(options: SettingsOptions): TemplateResult {
  const { words, state } = options;
  const { groups } = words;
  return html`<section class="settings" aria-labelledby="settings">
    <h2 id="settings">${words.settings}</h2>
    ${renderGroup(groups.form, renderPlace(options), true)}
    ${state.design.display === 'inline' ? nothing : renderGroup(groups.opening, renderOpening(options))}
    ${renderGroup(groups.colours, renderColours(options))} ${renderGroup(groups.shape, renderShape(options))}
    ${renderGroup(groups.texts, renderTexts(options))}
  </section>`;
}

function renderGroup(title: string, content: Part, isOpen = false): TemplateResult {
  return html`<details name="settings" ?open=${isOpen}>
    <summary><h3>${title}</h3></summary>
    <div class="group">${content}</div>
  </details>`;
}

function renderPlace(options: SettingsOptions): TemplateResult {
  const { state, words, setup } = options;
  const { form, lang, layout, display } = state.design;
  const nameOf = new Intl.DisplayNames(words.lang, { type: 'language' });
  const offered = setup.forms.find(({ id }) => id === form)?.languages ?? [];
  // One that was chosen for another form stays; this form then comes in its own first one.
  const languages = [...new Set([...offered, ...(lang ? [lang] : [])])]
    .map((tag) => [tag, nameOf.of(tag) ?? tag] as const)
    .sort(([, one], [, other]) => one.localeCompare(other, words.lang));
  return html`${
      setup.forms.length > 1
        ? renderSelect({
            id: 'form',
            label: words.form,
            options: setup.forms.map(({ id, title }) => [id, `${title} (${id})`]),
            chosen: form,
            choose: pick(options, 'form'),
          })
        : nothing
    }
    ${renderChoice({ name: 'display', legend: words.display, choices: words.displays, chosen: display, choose: pick(options, 'display') })}
    <p class="help">${words.displayHelp[display]}</p>
    ${renderChoice({ name: 'layout', legend: words.layout, choices: words.layouts, chosen: layout, choose: pick(options, 'layout') })}
    ${renderSelect({
      id: 'lang',
      label: words.language,
      options: [['', words.languageOfPage], ...languages],
      chosen: lang,
      choose: pick(options, 'lang'),
    })}`;
}

function renderOpening(options: SettingsOptions): TemplateResult {
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

/** Stacks of fonts that are on every machine; https://modernfontstacks.com has more. */
const fontStacks = {
  inherit: '',
  system: 'system-ui, sans-serif',
  serif: 'Georgia, "Times New Roman", serif',
  rounded: 'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, Nunito, sans-serif',
  mono: 'ui-monospace, Menlo, Consolas, monospace',
};

function renderShape(options: SettingsOptions): TemplateResult {
  const { state, words, dispatch } = options;
  const { mistyped } = state;
  const { font, radius } = state.design;
  const stacks = Object.entries(fontStacks) as [keyof typeof fontStacks, string][];
  const known = stacks.find(([, stack]) => stack === font)?.[0] ?? 'own';
  const isWrong = mistyped?.name === 'font';
  const chosen = isWrong ? 'own' : known;
  return html`${renderSelect({
      id: 'font',
      label: words.font,
      options: Object.entries(words.fonts),
      chosen,
      choose: (name) => {
        const stack = stacks.find(([stack]) => stack === name)?.[1];
        pick(options, 'font')(stack ?? 'Verdana, sans-serif');
      },
    })}
    ${
      chosen === 'own'
        ? html`<div class="setting">
            <label for="own-font">${words.ownFont}</label>
            <input
              type="text"
              id="own-font"
              spellcheck="false"
              aria-invalid=${isWrong ? 'true' : 'false'}
              aria-describedby="own-font-help"
              .value=${live(mistyped?.name === 'font' ? mistyped.value : font)}
              @change=${(event: Event) => {
                const { value } = event.target as HTMLInputElement;
                if (isFont(value)) pick(options, 'font')(value);
                else dispatch({ is: 'mistyped', name: 'font', value });
              }}
            />
            <p class="help" id="own-font-help">
              ${isWrong ? html`<span class="wrong" role="alert">${words.notAFont}</span>` : words.fontHelp}
            </p>
          </div>`
        : nothing
    }
    <div class="setting">
      <label for="radius">${words.radius}</label>
      <input
        type="range"
        id="radius"
        min="0"
        max="1.5"
        step="0.1"
        .value=${live(radius || '0.4')}
        @input=${(event: Event) => {
          const { value } = event.target as HTMLInputElement;
          dispatch({ is: 'set', name: 'radius', value: value === '0.4' ? '' : value });
        }}
        @change=${() => {
          dispatch({ is: 'settled' });
        }}
      />
    </div>`;
}

function renderTexts(options: SettingsOptions): TemplateResult {
  const { state, words, definition } = options;
  const names = textNames.filter((name) => name !== 'opener' || state.design.display !== 'inline');
  const placeholders: Readonly<Partial<Record<TextName, string | undefined>>> = {
    title: state.design.display === 'inline' ? undefined : definition?.title,
    intro: definition?.intro,
    submit: definition?.texts.submit,
    accepted: definition?.texts.accepted,
    opener: definition?.title,
  };
  return html`<p class="help">${words.textsHelp}</p>
    ${names.map((name) => renderText(options, name, placeholders[name] ?? ''))}`;
}

function renderText(
  { state, words, dispatch }: SettingsOptions,
  name: TextName,
  placeholder: string,
): TemplateResult {
  const id = `text-${name}`;
  const onInput = (event: Event) => {
    dispatch({ is: 'set', name, value: (event.target as HTMLInputElement).value });
  };
  const settle = () => {
    dispatch({ is: 'settled' });
  };
  const isLong = name === 'intro' || name === 'note' || name === 'accepted';
  const value = live(state.design[name]);
  return html`<div class="setting">
    <label for=${id}>${words.texts[name]}</label>
    ${
      isLong
        ? html`<textarea
            id=${id}
            rows="2"
            maxlength="500"
            placeholder=${placeholder}
            .value=${value}
            @input=${onInput}
            @change=${settle}
          ></textarea>`
        : html`<input
            type="text"
            id=${id}
            maxlength="500"
            placeholder=${placeholder}
            .value=${value}
            @input=${onInput}
            @change=${settle}
          />`
    }
  </div>`;
}
