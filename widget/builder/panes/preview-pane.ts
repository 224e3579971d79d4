import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { renderChoice, type Drawn } from './controls.ts';
import type { View } from '../view.ts';

export function renderPreviewPane({
  state,
  words,
  dispatch,
  address,
}: Drawn & { readonly address: string }): TemplateResult {
  const { backdrop, width, moment, css } = state.view;
  const look = (view: Partial<View>) => {
    dispatch({ is: 'looked', view });
  };
  return html`<section class="preview" aria-labelledby="preview">
    <h2 id="preview" class="unseen">${words.preview}</h2>
    <div class="looks">
      ${renderChoice({
        name: 'width',
        legend: words.width,
        choices: words.widths,
        chosen: width,
        choose: (width) => {
          look({ width });
        },
        isQuiet: true,
      })}
      ${renderChoice({
        name: 'backdrop',
        legend: words.backdrop,
        choices: words.backdrops,
        chosen: backdrop,
        choose: (backdrop) => {
          look({ backdrop });
        },
        isQuiet: true,
      })}
      ${renderChoice({
        name: 'moment',
        legend: words.moment,
        choices: words.moments,
        chosen: moment,
        choose: (moment) => {
          look({ moment });
        },
        isQuiet: true,
      })}
    </div>
    ${
      backdrop === 'site'
        ? html`<div class="setting">
            <label for="site-css">${words.siteCss}</label>
            <textarea
              id="site-css"
              class="code"
              rows="4"
              maxlength="50000"
              spellcheck="false"
              aria-describedby="site-css-help"
              placeholder="body { font-family: Georgia, serif; background: #fdf6e3; color: #333 }"
              .value=${live(css)}
              @input=${(event: Event) => {
                look({ css: (event.target as HTMLTextAreaElement).value });
              }}
            ></textarea>
            <p class="help" id="site-css-help">${words.siteCssHelp}</p>
          </div>`
        : nothing
    }
    <div class="stage is-${width}">
      <div class="device">
        <iframe src=${address} title=${words.previewFrame}></iframe>
      </div>
    </div>
    <p class="help">${words.nothingSent}</p>
  </section>`;
}
