import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { coloursOf, contrastOf, readColour, schemeOf } from '../contrast.ts';
import { pick, renderChoice, renderRefusal, type Drawn, type Part } from './controls.ts';
import { colourNames, type ColourName } from '../design.ts';

export function renderColours(drawn: Drawn): TemplateResult {
  const { state, words } = drawn;
  return html`${renderChoice({
      name: 'theme',
      legend: words.theme,
      choices: words.themes,
      chosen: state.design.theme,
      choose: pick(drawn, 'theme'),
    })}
    <p class="help">${words.themeHelp}</p>
    ${renderRefusal(drawn, 'theme')} ${colourNames.map((name) => renderColour(drawn, name))}
    ${schemeOf(state.design) === undefined ? html`<p class="help">${words.unknownBackground}</p>` : nothing}`;
}

function renderColour(drawn: Drawn, name: ColourName): TemplateResult {
  const { state, words, dispatch } = drawn;
  const { design, refused, mistyped } = state;
  const label = words.colours[name];
  const shown = refused?.name === name ? refused.value : design[name];
  // If the page decides, the background is unknown; most pages are light.
  const colours = coloursOf(schemeOf(design) ? design : { ...design, theme: 'light' });
  const isWrong = mistyped?.name === name;
  const type = (event: Event) => {
    const typed = (event.target as HTMLInputElement).value;
    const value = typed.trim() === '' ? '' : readColour(typed);
    if (value === undefined) dispatch({ is: 'mistyped', name, value: typed });
    else pick(drawn, name)(value);
  };
  return html`<div class="setting colour" role="group" aria-labelledby=${`${name}-label`}>
    <label id=${`${name}-label`} for=${name}>${label}</label>
    ${renderContrast(drawn, name)}
    <input
      type="color"
      id=${name}
      .value=${live(shown || (colours[name] ?? '#808080'))}
      @input=${(event: Event) => {
        dispatch({ is: 'set', name, value: (event.target as HTMLInputElement).value });
      }}
      @change=${() => {
        dispatch({ is: 'settled' });
      }}
    />
    <input
      type="text"
      class="code"
      spellcheck="false"
      autocomplete="off"
      aria-label=${words.codeOf(label)}
      aria-invalid=${isWrong ? 'true' : 'false'}
      aria-describedby=${isWrong ? `${name}-wrong` : nothing}
      placeholder=${words.automatic}
      .value=${live(isWrong ? mistyped.value : shown)}
      @change=${type}
    />
    ${
      shown || isWrong
        ? html`<button
            type="button"
            class="plain small"
            aria-label=${words.makeAutomatic(label)}
            title=${words.automatic}
            @click=${() => {
              pick(drawn, name)('');
            }}
          >
            ✕
          </button>`
        : nothing
    }
    ${isWrong ? html`<p class="wrong" id=${`${name}-wrong`} role="alert">${words.notAColour}</p>` : nothing}
    ${renderRefusal(drawn, name)}
  </div>`;
}

/** The contrast between a colour and its background. */
function renderContrast({ state, words }: Drawn, name: ColourName): Part {
  const colours = coloursOf(state.design);
  const front = colours[name];
  const back = name === 'onAccent' ? colours.accent : colours.background;
  if (name === 'background' || front === undefined || back === undefined) return nothing;
  const format = new Intl.NumberFormat(words.lang, { maximumFractionDigits: 1 });
  const ratio = format.format(Math.floor(contrastOf(front, back) * 10) / 10);
  return html`<span class="ratio" title=${words.contrast}
    ><span class="unseen">${words.contrast}</span> ${ratio}:1 ✓</span
  >`;
}
