import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { colourIn, coloursOf, contrastOf, leastOf, readColour, schemesOf } from '../contrast.ts';
import { pick, renderChoice, renderRefusal, type Drawn, type Part } from './controls.ts';
import { colourNames, type ColourName } from '../design.ts';
import { shownScheme } from '../state.ts';
import { icon } from './icons.ts';

export function renderColours(drawn: Drawn): TemplateResult {
  const { state, words } = drawn;
  return html`${renderChoice({
      name: 'theme',
      legend: words.theme,
      choices: words.themes,
      chosen: state.design.theme,
      choose: pick(drawn, 'theme'),
    })}
    ${renderRefusal(drawn, 'theme')}
    <div class="colours">${colourNames.map((name) => renderColour(drawn, name))}</div>
    <p class="help">${words.coloursHelp}</p>`;
}

function renderColour(drawn: Drawn, name: ColourName): TemplateResult {
  const { state, words, dispatch } = drawn;
  const { design, refused, mistyped } = state;
  const label = words.colours[name];
  const schemes = schemesOf(design);
  const shown = shownScheme(state.view);
  const scheme = schemes.includes(shown) ? shown : (schemes[0] ?? shown);
  // Where the page decides, its colours are those of the page in the preview.
  const colours = coloursOf(schemes.length === 1 ? design : { ...design, theme: scheme }, scheme);
  const value = colourIn(refused?.name === name ? refused.value : design[name], scheme);
  const isWrong = mistyped?.name === name;
  const type = (event: Event) => {
    const typed = (event.target as HTMLInputElement).value;
    const read = typed.trim() === '' ? '' : readColour(typed);
    if (read === undefined) dispatch({ is: 'mistyped', name, value: typed });
    else pick(drawn, name)(read);
  };
  return html`<div class="colour" role="group" aria-labelledby="${name}-label">
    <input
      type="color"
      id=${name}
      .value=${live(value || (colours[name] ?? '#808080'))}
      @input=${(event: Event) => {
        dispatch({ is: 'set', name, value: (event.target as HTMLInputElement).value });
      }}
      @change=${() => {
        dispatch({ is: 'settled' });
      }}
    />
    <label id="${name}-label" for=${name}>${label}</label>
    <input
      type="text"
      class="code"
      spellcheck="false"
      autocomplete="off"
      aria-label=${words.codeOf(label)}
      aria-invalid=${isWrong ? 'true' : 'false'}
      aria-describedby=${isWrong ? `${name}-wrong` : nothing}
      placeholder=${words.automatic}
      .value=${live(isWrong ? mistyped.value : value)}
      @change=${type}
    />
    ${renderContrast(drawn, name, colours)}
    ${
      value || isWrong
        ? html`<button
            type="button"
            class="ghost square"
            aria-label=${words.makeAutomatic(label)}
            title=${words.makeAutomatic(label)}
            @click=${() => {
              pick(drawn, name)('');
            }}
          >
            ${icon('close')}
          </button>`
        : nothing
    }
    ${isWrong ? html`<p class="wrong" id="${name}-wrong" role="alert">${words.notAColour}</p>` : nothing}
    ${renderRefusal(drawn, name)}
  </div>`;
}

/** The contrast between a colour and what is behind it; of a refused one its own. */
function renderContrast(
  { state, words }: Drawn,
  name: ColourName,
  colours: ReturnType<typeof coloursOf>,
): Part {
  const { refused } = state;
  const isRefused = refused?.name === name;
  const front = colours[name];
  const back = name === 'onAccent' ? colours.accent : colours.background;
  const ratio = isRefused
    ? refused.why.ratio
    : name === 'background' || front === undefined || back === undefined
      ? undefined
      : contrastOf(front, back);
  if (ratio === undefined) return nothing;
  // Rounded down, so that a contrast is never shown as higher than it is.
  const format = new Intl.NumberFormat(words.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const said = format.format(Math.floor(ratio * 10) / 10);
  // On a page whose ground nobody knows a faint button is taken. A refusal stands alone.
  const isFaint = !isRefused && ratio < leastOf(name);
  const look = isRefused ? 'is-refused' : isFaint ? 'is-faint' : '';
  const sign = isRefused ? icon('alert') : !isFaint ? icon('tick') : refused ? nothing : icon('alert');
  return html`<span class="ratio ${look}" title=${isFaint ? words.faint : words.contrast}
    >${sign}<span class="unseen">${isFaint ? words.faint : words.contrast}</span> ${said} : 1</span
  >`;
}
