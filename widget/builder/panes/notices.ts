import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { BuilderSetup } from '../../../shared/builder.ts';
import type { Words } from '../words/words.ts';
import type { Drawn, Part } from './controls.ts';
import { icon } from './icons.ts';

export interface SitesOptions extends Drawn {
  readonly setup: BuilderSetup;
}

/** Which sites may show the form. On others, a pasted snippet would take no sign-up. */
export function renderSites({ state, words, setup }: SitesOptions): Part {
  const { sites } = setup.forms.find(({ id }) => id === state.design.form) ?? { sites: [] };
  const isNone = sites.length === 0;
  return html`<span class="sites ${isNone ? 'is-none' : ''}" title=${sites.join(', ')}
    >${icon(isNone ? 'alert' : 'tick')}
    <span>${isNone ? words.worksNowhere : words.worksOn(saySites(sites, words))}</span></span
  >`;
}

const mostSites = 3;

function saySites(sites: readonly string[], words: Words): string {
  const named = sites.length > mostSites ? sites.slice(0, mostSites - 1) : sites;
  const rest = sites.length - named.length;
  return new Intl.ListFormat(words.lang).format([
    ...named.map((site) => site.replace(/^https:\/\//, '')),
    ...(rest > 0 ? [words.moreSites(rest)] : []),
  ]);
}

/** The result of the last press of a button; after copying, also where the snippet works. */
export function renderSaid(
  options: SitesOptions,
  { said, isCopied }: { readonly said: string; readonly isCopied: boolean },
): Part {
  return html`<div class="said" role="status">
    ${keyed(
      said,
      said
        ? html`<p class="toast"><span>${said}</span> ${isCopied ? renderSites(options) : nothing}</p>`
        : nothing,
    )}
  </div>`;
}
