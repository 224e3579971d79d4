import { html, nothing, svg, type TemplateResult } from 'lit';
import { schemesOf, coloursOf } from '../contrast.ts';
import { textNames } from '../design.ts';
import { withTitle } from '../starts.ts';
import { shownScheme } from '../state.ts';
import { renderColours } from './colour-settings.ts';
import { renderSelect, type Part, type SettingsOptions } from './controls.ts';
import { icon } from './icons.ts';
import { renderOpening } from './opening-settings.ts';
import { fontNameOf, pxPerEm, radiusOf, renderSize, renderType, widthOf } from './shape-settings.ts';
import { renderPlaces, renderStarts } from './start-settings.ts';
import { renderTexts } from './text-settings.ts';

/** All settings of the form, in sections. Opening one closes no other, so that what was pressed stays. */
export function renderSettings(options: SettingsOptions): TemplateResult {
  const { words, state } = options;
  const { design } = state;
  const { sections } = words;
  const isOverPage = design.display !== 'inline';
  return html`<section class="settings" id="settings" aria-label=${words.settings}>
    ${renderSection(sections.start, words.starts[design.start], renderStarts(options), true)}
    ${renderSection(sections.place, words.displays[design.display], renderPlaces(options))}
    ${isOverPage ? renderSection(sections.opening, '', renderOpening(options)) : nothing}
    ${renderSection(sections.size, saySize(options), renderSize(options))}
    ${renderSection(sections.colours, renderDots(options), renderColours(options))}
    ${renderSection(sections.type, sayType(options), renderType(options))}
    ${renderSection(sections.words, sayTexts(options), renderTexts(options))}
    ${renderSection(sections.language, sayLanguage(options), renderLanguage(options))}
  </section>`;
}

function renderSection(title: string, value: string | Part, content: Part, isOpen = false): TemplateResult {
  return html`<details ?open=${isOpen}>
    <summary>
      <h2>${title}</h2>
      <span class="value">${value}</span>
      ${icon('down')}
    </summary>
    <div class="group">${content}</div>
  </details>`;
}

function saySize({ state, words }: SettingsOptions): string {
  const { design } = state;
  const width = widthOf(design);
  const px = width === undefined ? words.fullWidth : `${width * pxPerEm} px`;
  return design.display === 'inline' && width !== undefined
    ? `${px}, ${words.layouts[design.layout].toLocaleLowerCase(words.lang)}`
    : px;
}

function sayType({ state, words }: SettingsOptions): string {
  const font = fontNameOf(state.design.font);
  const said = font === 'inherit' ? words.pageFont : words.fonts[font];
  return `${said}, ${Math.round(radiusOf(state.design) * pxPerEm)} px`;
}

function sayTexts({ state, words }: SettingsOptions): string {
  return words.ownTexts(textNames.filter((name) => state.design[name].trim() !== '').length);
}

function nameOfLanguage({ words }: SettingsOptions, tag: string): string {
  return new Intl.DisplayNames(words.lang, { type: 'language' }).of(tag) ?? tag;
}

function sayLanguage(options: SettingsOptions): string {
  const { lang } = options.state.design;
  return lang === '' ? options.words.languageOfPage : nameOfLanguage(options, lang);
}

function renderDots({ state }: SettingsOptions): Part {
  const shown = shownScheme(state.view);
  const schemes = schemesOf(state.design);
  const colours = coloursOf(state.design, schemes.includes(shown) ? shown : schemes[0]);
  const plain = shown === 'dark' ? ['#16191b', '#ecebe6'] : ['#ffffff', '#191e1c'];
  const dots = [colours.accent, colours.background ?? plain[0], colours.text ?? plain[1]];
  return html`<svg class="dots" viewBox="0 0 60 20" aria-hidden="true">
    ${dots.map((colour, at) => svg`<circle cx=${10 + 20 * at} cy="10" r="8" fill=${colour ?? ''} />`)}
  </svg>`;
}

function renderLanguage(options: SettingsOptions): TemplateResult {
  const { state, words, setup, dispatch } = options;
  const { form, lang } = state.design;
  const offered = setup.forms.find(({ id }) => id === form)?.languages ?? [];
  // A language that was chosen for another form stays selected; this form then shows its own first language.
  const languages = [...new Set([...offered, ...(lang ? [lang] : [])])]
    .map((tag) => [tag, nameOfLanguage(options, tag)] as const)
    .sort(([, one], [, other]) => one.localeCompare(other, words.lang));
  return html`${renderSelect({
      id: 'lang',
      label: words.pageLanguage,
      options: [['', words.languageOfPage], ...languages],
      chosen: lang,
      choose: (lang) => {
        dispatch({ is: 'taken', change: withTitle(state.design, { lang }, setup) });
      },
    })}
    <p class="help">${words.languageHelp(offered.length)}</p>`;
}
