import type { Design } from '../design.ts';
import { attributesOf, createElement, createPlainForm, createSlotted } from '../snippet/markup.ts';
import { listenTo, type Show, type Told } from './frame-messages.ts';
import { arrangementOf, drawNewsletter } from './newsletter-page.ts';
import { drawOwnPage, drawPicture, stylesOf } from './own-page.ts';
import { play } from './play.ts';
import css from './preview.css?inline';
import { probe, standIn } from './stand-in.ts';
import { styleElement, styleFallback, type Heights } from '../snippet/style-rules.ts';

/**
 * The page in the builder's frame: a newsletter's page, or the marketer's own, with the real widget in it and
 * without the builder's own styles. It shows what the builder sends, and reports the form's height.
 */
let shown: Show | undefined;
globalThis.fetch = standIn(fetch.bind(globalThis), () => shown?.moment ?? 'empty');
// The plain form that serves as the element's fallback must not send anything either, and no link leads away.
for (const type of ['submit', 'click'])
  addEventListener(type, (event) => {
    if (type === 'submit' || (event.target instanceof Element && event.target.closest('a')))
      event.preventDefault();
  });

const ownSheet = new CSSStyleSheet();
ownSheet.replaceSync(css);
const siteSheet = new CSSStyleSheet();
const formSheet = new CSSStyleSheet();
document.adoptedStyleSheets = [ownSheet, siteSheet, formSheet];

const place = createElement(document, 'div', { class: 'place' });
/** A second copy of the form for every moment, because the snippet reserves room for the empty form. */
const measured = createElement(document, 'div', { class: 'probe', inert: true });
const resized = new ResizeObserver(measure);
const placed = new ResizeObserver(bringIntoView);
let played = Promise.resolve();
addEventListener('resize', bringIntoView);

const script = createElement(document, 'script', { src: 'embed.js' });
script.addEventListener('load', () => {
  listenTo(
    () => parent,
    (message) => {
      show(message as Show);
    },
  );
  tell({ is: 'ready' });
});
document.head.append(script);

function show(message: Show): void {
  const before = shown;
  shown = message;
  const { design, moment, backdrop, css, site, lang, page, fallback } = message;
  document.documentElement.lang = lang;
  document.documentElement.dir = page.dir ?? 'ltr';
  document.documentElement.className = `${backdrop} ${design.title.trim() ? 'is-titled' : ''}`;
  siteSheet.replaceSync(backdrop === 'site' ? `${stylesOf(site)}\n${css}` : '');
  formSheet.replaceSync(`${styleElement(design, undefined)}\n${fallback ? styleFallback(design) : ''}`);
  const isSamePage = before !== undefined && pageKey(before) === pageKey(message);
  if (!isSamePage) drawPage(message);

  const isSameForm =
    before?.lang === lang &&
    (['form', 'lang', 'display'] as const).every((name) => before.design[name] === design[name]);
  const isSameMoment = isSameForm && isSamePage && before.moment === moment;
  if (!isSameForm) measured.replaceChildren(createWidget(design, `?${probe}`));
  if (!isSameMoment) place.replaceChildren(createWidget(design));
  const [widget, measuredWidget] = [place, measured].map(({ firstElementChild }) => firstElementChild);
  for (const element of [widget, measuredWidget]) if (element) dress(element, message);
  if (measuredWidget && !isSameForm) {
    resized.disconnect();
    resized.observe(measuredWidget);
  }
  if (!(widget instanceof HTMLElement)) return;
  if (!isSameMoment) {
    placed.disconnect();
    placed.observe(widget);
    played = play(widget, { moment, isOverPage: design.display !== 'inline', place });
  }
  void played.then(() => {
    requestAnimationFrame(bringIntoView);
    tell({ is: 'played' });
  });
}

/** What decides how the page around the form is drawn. */
function pageKey({ lang, design, backdrop, site: { html = '', picture } }: Show): string {
  const isOwn = backdrop === 'site';
  // A message has copies of the builder's objects.
  const { name, size, lastModified } = picture ?? {};
  return JSON.stringify([lang, arrangementOf(design), isOwn, isOwn && [html, name, size, lastModified]]);
}

function drawPage(message: Show): void {
  const { page, site, backdrop } = message;
  document.title = page.title;
  const isOwn = backdrop === 'site';
  const nodes =
    isOwn && site.picture
      ? drawPicture(site.picture, place)
      : isOwn && site.html
        ? drawOwnPage(site, place)
        : drawNewsletter(message, place);
  document.body.className = isOwn && (site.picture ?? site.html) ? 'own' : '';
  document.body.replaceChildren(...nodes, measured);
}

function createWidget(design: Design, query = ''): HTMLElement {
  return createElement(document, 'rasa-signup', {
    src: new URL(`forms/${encodeURIComponent(design.form)}${query}`, location.href).href,
    ...attributesIn(design),
  });
}

/**
 * A preview opens by a button and on request only: nothing delays it, and closing it does not suppress it for
 * a week.
 */
function attributesIn(design: Design): ReturnType<typeof attributesOf> {
  return { ...attributesOf(design), 'open-on': undefined, 'again-after': undefined };
}

function dress(widget: Element, { design, fallback }: Show): void {
  for (const [name, value] of Object.entries(attributesIn(design))) {
    if (typeof value !== 'string') widget.removeAttribute(name);
    else if (widget.getAttribute(name) !== value) widget.setAttribute(name, value);
  }
  widget.replaceChildren(
    ...createSlotted(document, design),
    ...(fallback ? [createPlainForm(document, fallback, { action: '', design })] : []),
  );
}

/** Usual column widths for a form: a phone's without its margins, and a wide page's. */
const columnsPx = { phone: 350, desktop: 620 };

function measure(): void {
  const widget = measured.firstElementChild;
  // The form has not loaded, or is unavailable.
  if (!widget?.shadowRoot?.querySelector('form') || shown?.design.display !== 'inline') return;
  const fontSize = Number.parseFloat(getComputedStyle(widget).fontSize);
  const heightIn = (width: number) => {
    measured.style.setProperty('width', `${width}px`);
    return Math.round((widget.getBoundingClientRect().height / fontSize) * 10) / 10;
  };
  const heights: Heights = { desktop: heightIn(columnsPx.desktop), phone: heightIn(columnsPx.phone) };
  tell({ is: 'measured', heights });
}

const marginPx = 24;

/** Says what height the page needs to show the form's button, and scrolls to it where there is less. */
function bringIntoView(): void {
  const widget = place.firstElementChild;
  const root = widget?.shadowRoot;
  const dialog = root?.querySelector('dialog[open], dialog:popover-open');
  const end = root?.querySelector('[part=button]') ?? root?.querySelector('.status:not(:empty)') ?? widget;
  if (!end) return;
  const { bottom } = (dialog ?? end).getBoundingClientRect();
  if (dialog) {
    tell({ is: 'placed', height: dialog.scrollHeight + 2 * marginPx });
    return;
  }
  const needed = bottom + scrollY + marginPx;
  tell({ is: 'placed', height: needed });
  scrollTo({ top: Math.max(0, needed - innerHeight), behavior: 'instant' });
}

function tell(message: Told): void {
  parent.postMessage(message, location.origin);
}
