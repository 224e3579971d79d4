import { html, nothing, type TemplateResult } from 'lit';
import type { Site } from '../preview/frame-messages.ts';
import { moments, backdrops, type View } from '../view.ts';
import { renderChoice, renderSelect, type Drawn } from './controls.ts';
import { icon } from './icons.ts';
import { renderSiteBox } from './site-box.ts';

export interface PreviewPaneOptions extends Drawn {
  /** Path of the page in the frame. */
  readonly address: string;
  readonly site: Site;
  readonly isSiteOpen: boolean;
  readonly changeSite: (change: { readonly site?: Site; readonly isOpen?: boolean }) => void;
  /** The form takes longer than usual. */
  readonly isSlow: boolean;
}

/** The bar with states, screen and page, and the page with the form. */
export function renderPreviewPane(options: PreviewPaneOptions): TemplateResult {
  const { state, words, address, changeSite, isSiteOpen, isSlow } = options;
  const { width, backdrop } = state.view;
  return html`<section class="preview" id="preview" aria-label=${words.preview}>
    ${renderLooks(options)}
    <div
      class="stage is-${width}"
      @dragover=${(event: DragEvent) => {
        event.preventDefault();
      }}
      @drop=${(event: DragEvent) => {
        event.preventDefault();
        const [file] = event.dataTransfer?.files ?? [];
        if (file?.type.startsWith('image/')) changeSite({ site: { picture: file }, isOpen: false });
      }}
    >
      <div class="device">
        <div class="chrome" aria-hidden="true">
          <svg viewBox="0 0 48 12">
            <circle cx="6" cy="6" r="5" />
            <circle cx="24" cy="6" r="5" />
            <circle cx="42" cy="6" r="5" />
          </svg>
          <span>${words.page.address}</span>
        </div>
        <div class="window">
          <iframe src=${address} title=${words.previewFrame}></iframe>
          ${isSlow ? html`<p class="slow" role="status">${words.loadingForm}</p>` : nothing}
        </div>
      </div>
      ${backdrop === 'site' ? renderSiteBox(options, isSiteOpen) : nothing}
    </div>
  </section>`;
}

/** Segments where there is room for them, else lists; a style sheet shows one of both. */
function renderLooks({ state, words, dispatch }: PreviewPaneOptions): TemplateResult {
  const { backdrop, width, moment } = state.view;
  const look = (view: Partial<View>) => {
    dispatch({ is: 'looked', view });
  };
  const ofMoment = {
    chosen: moment,
    choose: (value: string) => {
      look({ moment: moments.find((name) => name === value) ?? moment });
    },
  };
  const ofPage = {
    chosen: backdrop,
    choose: (value: string) => {
      look({ backdrop: backdrops.find((name) => name === value) ?? backdrop });
    },
  };
  return html`<div class="looks">
    <div class="wide" @keydown=${switchMoment(ofMoment.choose)}>
      ${renderChoice({ name: 'moment', legend: words.previewAs, choices: words.moments, ...ofMoment })}
    </div>
    <div class="tight">
      ${renderSelect({
        id: 'moment',
        label: words.previewAs,
        options: Object.entries(words.moments),
        ...ofMoment,
      })}
    </div>
    <div class="screens">
      ${renderChoice({
        name: 'width',
        legend: words.width,
        choices: {
          desktop: html`${icon('computer')}<span class="unseen">${words.widths.desktop}</span>`,
          phone: html`${icon('phone')}<span class="unseen">${words.widths.phone}</span>`,
        },
        chosen: width,
        choose: (width) => {
          look({ width });
        },
      })}
    </div>
    <div class="roomy">
      ${renderChoice({ name: 'backdrop', legend: words.backdrop, choices: words.backdrops, ...ofPage })}
    </div>
    <div class="cramped">
      ${renderSelect({
        id: 'backdrop',
        label: words.backdrop,
        options: Object.entries(words.backdrops),
        ...ofPage,
      })}
    </div>
  </div>`;
}

/** The keys 1 to 6 choose a state while the bar has the focus. */
function switchMoment(choose: (moment: string) => void): (event: KeyboardEvent) => void {
  return ({ key, ctrlKey, metaKey, altKey, currentTarget }) => {
    const moment = moments[Number(key) - 1];
    if (moment === undefined || ctrlKey || metaKey || altKey) return;
    choose(moment);
    (currentTarget as HTMLElement).querySelector<HTMLElement>(`[value=${moment}]`)?.focus();
  };
}
