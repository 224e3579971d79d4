import { nothing } from 'lit';
import { html, type Html } from '../../pages/document.ts';

/** What all parts of the page send their forms with. */
export interface Sending {
  /** The path before the paths of the proxy. */
  readonly prefix: string;
  readonly formToken: string;
}

export interface Panel {
  /** Links of the header lead to it; what was opened or closed stays so while the page is kept up to date. */
  readonly id: string;
  readonly title: Html | string;
  /** What a phone shows of it while it is closed. */
  readonly figure: string;
  /** Buttons beside the title. */
  readonly tools?: Html | undefined;
  readonly content: Html;
  /** Closed at first on phones, by the page's script. */
  readonly folds?: boolean;
  /** Further classes. */
  readonly look?: string;
}

/** A part of the page under its title, which opens and closes. */
export function panel({ id, title, figure, tools, content, folds = true, look = '' }: Panel): Html {
  return html`<section class=${`panel ${look}`}>
    <details id=${id} open data-folds=${folds ? '' : nothing}>
      <summary>
        <h2>${title}</h2>
        <span class="figure">${figure}</span>
      </summary>
      ${tools ? html`<div class="tools">${tools}</div>` : ''} ${content}
    </details>
  </section>`;
}

/** A button that does one thing, with and without scripts. */
export function post(
  { prefix, formToken }: Sending,
  path: string,
  words: Html | string,
  look: string,
  id = '',
): Html {
  return html`<form method="post" action=${`${prefix}/operator/${path}`}>
    <input type="hidden" name="form_token" value=${formToken} />
    <input type="hidden" name="id" value=${id} />
    <button class=${look}>${words}</button>
  </form>`;
}

/** A question before something is done for good: its button, and a link that leaves all as it is. */
export function ask(sending: Sending, path: string, words: string, id: string): Html {
  return html`<div class="ask">
    ${post(sending, path, words, 'danger', id)}
    <a class="keep" href=${`${sending.prefix}/operator`}>Keep</a>
  </div>`;
}

/** What is counted in memory. `what` ends the sentence's subject, such as `Refusals are`. */
export function ownCount(
  what: string,
  { startedMs, nowMs }: Readonly<Record<'startedMs' | 'nowMs', number>>,
): Html {
  return html`<p class="note own">
    ${what} counted by this process, up ${ageOf(nowMs - startedMs)}. Other proxies on this database count
    their own.
  </p>`;
}

const paths = {
  tick: 'm4.5 10.5 3.6 3.6 7.4-8',
  alert: 'M10 3 18 17H2ZM10 8v4M10 14.5h.01',
  tray: 'M3 11h4l1 2h4l1-2h4M3 11l2.5-6h9L17 11v5H3Z',
  eye: 'M2.5 10S5.3 5 10 5s7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5Zm7.5-2a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z',
  dots: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
} as const;

export function icon(name: keyof typeof paths): Html {
  return html`<svg class="i" viewBox="0 0 20 20" aria-hidden="true"><path d=${paths[name]} /></svg>`;
}

/** A state in a word, with a sign beside it. */
export function chip(words: string, look: 'good' | 'warn' | 'bad' | 'off'): Html {
  return html`<span class=${`chip ${look}`}>${words}</span>`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

export function signups(value: number): string {
  return value === 1 ? '1 sign-up' : `${count(value)} sign-ups`;
}

/** `4 s`, `47 min`, `3 h`, `2 days`. */
export function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

const hourMs = 60 * 60_000;
const format = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** In UTC, since the reader's time zone is not known without script: `26 Nov, 11:40`. */
export function timeOf(ms: number): string {
  return format.format(ms);
}

/** With the year where it is another one: `26 Nov 2025, 11:40`. */
export function dateOf(ms: number, nowMs: number): string {
  const year = new Date(ms).getUTCFullYear();
  return year === new Date(nowMs).getUTCFullYear() ? timeOf(ms) : timeOf(ms).replace(',', ` ${year},`);
}

/** `14:25`, in UTC. */
export function clockOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

/** With the whole time for who points at it. */
export function moment(ms: number, words: string = timeOf(ms)): Html {
  return html`<time datetime=${new Date(ms).toISOString()} title=${new Date(ms).toISOString()}
    >${words}</time
  >`;
}

/** `11 min ago` within the last hour, `13:38` within the day in UTC, `26 Nov, 11:40` before. */
export function lately(ms: number, nowMs: number): Html {
  if (nowMs - ms < hourMs) return moment(ms, `${ageOf(nowMs - ms)} ago`);
  return moment(ms, dayOf(ms) === dayOf(nowMs) ? clockOf(ms) : dateOf(ms, nowMs));
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
