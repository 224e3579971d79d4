import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { textNames, type TextName } from '../design.ts';
import type { SettingsOptions } from './controls.ts';

export function renderTexts(options: SettingsOptions): TemplateResult {
  const { state, words, definition } = options;
  const names = textNames.filter((name) => name !== 'opener' || state.design.display !== 'inline');
  const placeholders: Readonly<Partial<Record<TextName, string | undefined>>> = {
    title: state.design.display === 'inline' ? undefined : definition?.title,
    intro: definition?.intro,
    submit: definition?.texts.submit,
    accepted: definition?.texts.acceptedFor.replace(/\{address\}\.?/, '…'),
    opener: definition?.title,
  };
  return html`${names.map((name) => renderText(options, name, placeholders[name] ?? ''))}
    <p class="help">${words.textsHelp}</p>
    <p class="help">${words.fieldsHelp}</p>`;
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
    <div class="named">
      <label for=${id}>${words.texts[name]}</label>
      ${state.design[name].trim() === '' ? html`<span class="help">${words.asItComes}</span>` : nothing}
    </div>
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
