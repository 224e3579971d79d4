import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Site } from '../preview/frame-messages.ts';
import type { Drawn } from './controls.ts';

interface SiteBoxOptions extends Drawn {
  readonly site: Site;
  readonly changeSite: (change: { readonly site?: Site; readonly isOpen?: boolean }) => void;
}

/** Where a marketer gives the preview a page: as HTML, as a style sheet, or as a picture. */
export function renderSiteBox(options: SiteBoxOptions, isOpen: boolean): TemplateResult {
  const { state, words, dispatch, site, changeSite } = options;
  const { css } = state.view;
  if (!isOpen)
    return html`<button
      type="button"
      class="second site-open"
      @click=${() => {
        changeSite({ isOpen: true });
      }}
    >
      ${words.change}
    </button>`;
  const take = (text: string) => {
    const isHtml = text.trimStart().startsWith('<');
    dispatch({ is: 'looked', view: { css: isHtml ? '' : text } });
    changeSite({ site: isHtml ? { html: text } : {} });
  };
  return html`<div class="site-box" role="group" aria-label=${words.backdrops.site}>
    <p id="site-invitation">${words.siteInvitation}</p>
    <label for="site">${words.sitePage}</label>
    <textarea
      id="site"
      class="code"
      rows="4"
      maxlength="500000"
      spellcheck="false"
      aria-describedby="site-invitation site-help"
      .value=${live(site.html ?? css)}
      @input=${(event: Event) => {
        take((event.target as HTMLTextAreaElement).value);
      }}
    ></textarea>
    <p class="help" id="site-help">${words.siteHelp}</p>
    <label class="file">
      <input
        type="file"
        accept="image/*"
        @change=${(event: Event) => {
          const [picture] = (event.target as HTMLInputElement).files ?? [];
          if (picture) changeSite({ site: { picture }, isOpen: false });
        }}
      />
      <span class="button second">${words.picture}</span>
    </label>
    <div class="row">
      <button
        type="button"
        class="ghost"
        @click=${() => {
          take('');
        }}
      >
        ${words.clear}
      </button>
      <button
        type="button"
        class="second"
        @click=${() => {
          changeSite({ isOpen: false });
        }}
      >
        ${words.done}
      </button>
    </div>
  </div>`;
}
