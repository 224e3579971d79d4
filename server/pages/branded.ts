import type { Brand } from '../forms/brand/brand.ts';
import type { Form } from '../forms/forms.ts';
import type { Messages } from '../../shared/messages/messages.ts';
import { html, type Html, type Page } from './document.ts';
import { hostedPath } from './hosted-address.ts';

export interface BrandedPage {
  readonly form: Pick<Form, 'brandIn' | 'definitionIn'> | undefined;
  readonly words: Messages;
  /** The path before the paths of the proxy. */
  readonly prefix: string;
}

/** What the form's own page has, and the pages that follow it do not. */
export interface OwnPage {
  readonly title: string;
  readonly intro: string | undefined;
  /** The link to the page to leave. */
  readonly wayOut: Html | '';
  readonly sandbox: Html | '';
  /** For paper. */
  readonly poster: Html;
}

/** The panel that says whose newsletter it is, and the form beside or below it. */
export function layOutOwn(
  { form, words, prefix }: BrandedPage & { readonly form: NonNullable<BrandedPage['form']> },
  { title, intro, wayOut, sandbox, poster }: OwnPage,
  content: Html,
): Pick<Page, 'main' | 'styles'> {
  const brand = form.brandIn(words);
  const id = form.definitionIn(words).id;
  return {
    styles: sheetsOf(brand, id),
    main: html`<div class=${brand ? 'hosted branded' : 'hosted'}>
      ${renderPanel(
        brand,
        `${prefix}${brandPath(id)}`,
        html`<h1>${brand?.title ?? title}</h1>
          ${(brand?.intro ?? intro) ? html`<p class=${brand ? 'intro' : 'intro on-paper'}>${brand?.intro ?? intro}</p>` : ''}`,
      )}
      <div class="column">
        <div>${brand?.title ? html`<h2>${title}</h2>` : ''} ${content}</div>
        <div class="foot">${renderLinks(brand, wayOut)} ${sandbox}</div>
      </div>
      ${poster}
    </div>`,
  };
}

/** A page that follows: in the look of the form's own page where that has a brand, else a narrow column. */
export function layOut(
  { form, words, prefix }: BrandedPage,
  content: Html,
  look = '',
): Pick<Page, 'main' | 'styles'> {
  const brand = form?.brandIn(words);
  if (!form || !brand) return { main: html`<div class=${`narrow ${look}`.trim()}>${content}</div>` };
  const { id } = form.definitionIn(words);
  return {
    styles: sheetsOf(brand, id),
    main: html`<div class="hosted branded follows">
      ${renderPanel(
        brand,
        `${prefix}${brandPath(id)}`,
        html`${brand.title ? html`<p class="claim">${brand.title}</p>` : ''}
        ${brand.intro ? html`<p class="intro">${brand.intro}</p>` : ''}`,
      )}
      <div class="column">
        <div class=${`step ${look}`.trim()}>${content}</div>
        <div class="foot">${renderLinks(brand, '')}</div>
      </div>
    </div>`,
  };
}

export function brandPath(id: string): string {
  return `${hostedPath(id)}/brand`;
}

function sheetsOf(brand: Brand | undefined, id: string): readonly string[] {
  return brand ? [`${brandPath(id)}/colours.css`] : [];
}

function renderPanel(brand: Brand | undefined, path: string, said: Html): Html {
  const { name, logo, picture } = brand ?? {};
  return html`<div class="panel">
    ${
      name || logo
        ? html`<p class="sender">
            ${logo ? html`<img src=${`${path}/logo?${logo.hash}`} alt="" width="44" height="44" />` : ''}
            ${name ? html`<span>${name}</span>` : ''}
          </p>`
        : ''
    }
    <div class="said">${said}</div>
    ${picture ? html`<img class="art" src=${`${path}/picture?${picture.hash}`} alt="" />` : ''}
  </div>`;
}

function renderLinks(brand: Brand | undefined, wayOut: Html | ''): Html | '' {
  const links = brand?.links ?? [];
  if (wayOut === '' && links.length === 0) return '';
  return html`<p class="way-out">
    ${wayOut}
    ${links.map(({ href, label }) => html`<a href=${href} target="_top" rel="noreferrer">${label}</a> `)}
  </p>`;
}
