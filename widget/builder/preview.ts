import { attributesOf, createElement, createSlotted } from './markup.ts';
import { listenTo, type Show, type Told } from './messages.ts';
import css from './preview.css?inline';
import { play } from './play.ts';
import { standIn } from './stand-in.ts';
import { styleElement, type Heights } from './style-rules.ts';

/**
 * The page in the builder's frame: an article with the real widget in it, and nothing of the builder's own look. It
 * shows what it is told, and answers how high the form is.
 */
let shown: Show | undefined;
globalThis.fetch = standIn(fetch.bind(globalThis), () => shown?.moment ?? 'empty');

const ownSheet = new CSSStyleSheet();
ownSheet.replaceSync(css);
const siteSheet = new CSSStyleSheet();
const formSheet = new CSSStyleSheet();
document.adoptedStyleSheets = [ownSheet, siteSheet, formSheet];

const place = createElement(document, 'div', { class: 'place' });
const resized = new ResizeObserver(measure);

const script = createElement(document, 'script', { src: '/embed.js' });
script.addEventListener('load', () => {
  listenTo<Show>(() => parent, show);
  tell({ is: 'ready' });
});
document.head.append(script);

function show(message: Show): void {
  const before = shown;
  shown = message;
  const { design, moment, backdrop, css, lang } = message;
  document.documentElement.lang = lang;
  document.documentElement.className = backdrop;
  siteSheet.replaceSync(backdrop === 'site' ? css : '');
  formSheet.replaceSync(styleElement(design, undefined));
  if (!before || before.lang !== lang) drawArticle(message);

  const isSame =
    before?.moment === moment &&
    before.lang === lang &&
    (['form', 'lang', 'display'] as const).every((name) => before.design[name] === design[name]);
  if (isSame) update(place.firstElementChild, message);
  else renew(message);
}

function drawArticle({ article: { site, title, before, after, link } }: Show): void {
  document.body.replaceChildren(
    createElement(document, 'header', {}, createElement(document, 'strong', {}, site)),
    createElement(
      document,
      'main',
      {},
      createElement(
        document,
        'article',
        {},
        createElement(document, 'h1', {}, title),
        createElement(document, 'p', {}, before),
        place,
        createElement(document, 'p', {}, after, ' ', createElement(document, 'a', { href: '#' }, link)),
      ),
    ),
  );
}

function renew(message: Show): void {
  const { design, moment } = message;
  const widget = createElement(document, 'rasa-signup', { src: `/forms/${encodeURIComponent(design.form)}` });
  update(widget, message);
  resized.disconnect();
  place.replaceChildren(widget);
  resized.observe(widget);
  void play(widget, { moment, isOverPage: design.display !== 'inline', place });
}

/** A preview opens by a button, and when it is asked to: nobody wants to wait for it, or has closed it for a week. */
function update(widget: Element | null, { design }: Show): void {
  if (!widget) return;
  const wanted = { ...attributesOf(design), 'open-on': undefined, 'again-after': undefined };
  for (const [name, value] of Object.entries(wanted)) {
    if (typeof value !== 'string') widget.removeAttribute(name);
    else if (widget.getAttribute(name) !== value) widget.setAttribute(name, value);
  }
  widget.replaceChildren(...createSlotted(document, design));
}

/** Columns that a form usually stands in: a phone's without its margins, and a wide page's. */
const columnsPx = { phone: 350, desktop: 620 };

function measure(): void {
  const widget = place.querySelector<HTMLElement>('rasa-signup');
  if (!widget || shown?.moment !== 'empty' || shown.design.display !== 'inline') return;
  // No form yet, or none to be had.
  if (!widget.shadowRoot?.querySelector('form')) return;
  const heights: Heights = { phone: heightIn(columnsPx.phone), desktop: heightIn(columnsPx.desktop) };
  place.style.removeProperty('width');
  tell({ is: 'measured', heights });

  function heightIn(width: number): number {
    place.style.setProperty('width', `${width}px`);
    const fontSize = Number.parseFloat(getComputedStyle(place).fontSize);
    const height = widget?.getBoundingClientRect().height ?? 0;
    return Math.round((height / fontSize) * 10) / 10;
  }
}

function tell(message: Told): void {
  parent.postMessage(message, location.origin);
}
