import type { ConfirmationAnswer, Pending } from '../../shared/signup.ts';
import styles from './confirm.css?inline';

/**
 * The form after a sign-up that waits for a click in a mail: the field for the code, the way to the mailbox,
 * to another mail and to another address. Loaded only then. It never confirms by itself: whoever has the form
 * open need not be the one whose address it is.
 */

/** What the form says in place of its own texts. */
type Says = Partial<Pending['accepted']> & { readonly address?: string };

/** What of the element is used here. Before `answer` was in its state, it changed its texts instead. */
type Host = HTMLElement & {
  state: {
    readonly step: string;
    readonly issues?: object;
    readonly address?: string;
    readonly answer?: { readonly accepted?: Says; readonly ticket?: string };
  };
};

/** The tick of the thanks, which is thicker. */
const tick = ['m7 12.4 3.4 3.4L17 8.6', ''] as const;
const envelope = ['M6 8h12v8.5H6zm.3.4L12 13l5.700-4.600', '1.5'] as const;

/** When another mail may be asked for. A form that is drawn anew goes on waiting. */
const againFrom = new Map<string, number>();

const askEveryMs = 4000;
/** A tab that is left open asks no longer. */
const askForMs = 60 * 60_000;

/** Adds to the thanks of the element what can be done now, and looks now and then whether it has happened. */
export function wait(element: HTMLElement, src: string, waiting: Pending): void {
  const host = element as Host;
  const root = host.shadowRoot;
  const status = root?.querySelector('.status');
  if (!root || !status) return;
  const { texts, ticket, mailbox, redirect } = waiting;
  const isTold = 'answer' in host.state;
  const began = Date.now();
  let againAt = againFrom.get(ticket) ?? began + waiting.again * 1000;
  againFrom.set(ticket, againAt);
  let askedAt = began;
  let isAsking = false;

  const error = make('p', { id: 'code-error', className: 'error', role: 'alert', tabIndex: -1 });
  const news = make('p', { className: 'help', role: 'status' });
  const field = make('input', {
    inputMode: 'numeric',
    autocomplete: 'one-time-code',
    maxLength: 12,
    dir: 'ltr',
    required: true,
  });
  field.id = 'code';
  field.setAttribute('part', 'input');
  field.setAttribute('aria-describedby', error.id);
  const label = make('label', { htmlFor: field.id }, texts.field);
  label.setAttribute('part', 'label');
  const check = make('button', { type: 'submit' }, texts.check);
  const form = make('form', { noValidate: true }, label, field, check);
  const soon = make('span', { className: 'help' });
  const again = make('button', { type: 'button' }, texts.again);
  const other = make('button', { type: 'button' }, texts.other);
  const box = make('div', { className: 'confirm field' });
  // The mailbox is the shorter way, where it is known.
  if (mailbox) {
    const link = make('a', { href: mailbox.url, target: '_blank', rel: 'noreferrer' }, texts.open);
    link.setAttribute('part', 'button');
    check.className = 'second';
    box.append(link);
  } else check.setAttribute('part', 'button');
  box.append(form, error, make('div', { className: 'ways' }, news, soon, again, other));

  addStyle(root);
  status.after(box);
  drawMark(envelope);
  if (isTold) {
    const { address = '' } = host.state;
    host.state = { ...host.state, answer: { ...waiting, accepted: setApart(waiting.accepted, address) } };
  } else tell('signup-pending');

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (field.value.trim() !== '') void send({ code: field.value }, true);
    else field.focus();
  });
  again.addEventListener('click', () => {
    // Emptied first, so that the same words are told once more.
    news.textContent = '';
    waitUntil(Date.now() + waiting.again * 1000);
    other.focus();
    void send({ again: '1' }, true);
  });
  other.addEventListener('click', () => {
    end();
    host.state = { step: 'editing', issues: {} };
    setTimeout(() => host.shadowRoot?.querySelector<HTMLElement>('form [name=email]')?.focus());
  });
  const timer = setInterval(look, 1000);
  draw();

  function look(): void {
    const nowMs = Date.now();
    const isOver = nowMs - began > askForMs;
    if (!root?.contains(box) || host.state.step !== 'accepted' || (isOver && !box.isConnected)) {
      end();
      return;
    }
    draw();
    if (document.hidden || isAsking || nowMs - askedAt < askEveryMs || isOver || !box.isConnected) return;
    void send({}, false);
  }

  function waitUntil(ms: number): void {
    againAt = ms;
    againFrom.set(ticket, ms);
    draw();
  }

  function draw(): void {
    const left = Math.ceil((againAt - Date.now()) / 1000);
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    soon.textContent = left > 0 ? texts.againIn.replace('{time}', time) : '';
    again.hidden = left > 0;
  }

  async function send(more: Readonly<Record<string, string>>, isLoud: boolean): Promise<void> {
    isAsking = true;
    try {
      const url = new webkitURL(src, document.baseURI);
      url.pathname = url.pathname.replace(/\/*$/, '/confirmation');
      const response = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams({ ticket, ...more }),
        headers: { accept: 'application/json' },
        credentials: 'omit',
        cache: 'no-store',
      });
      const { status } = (await response.json()) as ConfirmationAnswer;
      if (!response.ok) throw new Error(String(response.status));
      if (status === 'confirmed') confirmed();
      else if (isLoud) say(status === 'pending' ? '' : texts[status], status !== 'pending');
      if (more['again']) news.textContent = texts.sentAgain;
      if (status === 'locked') lock();
    } catch {
      // Offline, blocked or too many: what was typed stays.
      if (isLoud) say(texts.failed, false);
      if (more['again']) waitUntil(0);
    } finally {
      isAsking = false;
      askedAt = Date.now();
    }
  }

  function say(words: string, isWrong: boolean): void {
    error.textContent = words;
    if (isWrong) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  }

  /** Only the link counts now. What says so takes the focus, which would be lost with the field. */
  function lock(): void {
    const hadFocus = form.matches(':focus-within');
    form.hidden = true;
    if (hadFocus) error.focus();
  }

  function confirmed(): void {
    if (!box.isConnected) return;
    const hadFocus = box.matches(':focus-within');
    end();
    drawMark(tick);
    if (isTold) {
      // What the form says of every accepted sign-up is true now.
      host.state = { ...host.state, answer: { accepted: { acceptedTitle: texts.done } } };
    } else {
      const title = status?.querySelector('h2');
      if (title) title.textContent = texts.done;
      for (const rest of status?.querySelectorAll('p') ?? []) rest.hidden = true;
    }
    if (hadFocus) (status as HTMLElement).focus();
    tell('signup-confirmed');
    if (redirect !== undefined) location.assign(redirect);
  }

  function end(): void {
    clearInterval(timer);
    box.remove();
  }

  function drawMark([path, width]: typeof tick | typeof envelope): void {
    const mark = status?.querySelector<SVGPathElement>('.mark path');
    mark?.setAttribute('d', path);
    mark?.style.setProperty('stroke-width', width);
    // The sheet of the form draws it with dashes of the length of its tick.
    mark?.setAttribute('pathLength', '24');
  }

  function tell(type: string): void {
    const event = new Event(type, { bubbles: true, composed: true });
    host.dispatchEvent(Object.assign(event, { form: waiting.form }));
  }
}

function make<T extends keyof HTMLElementTagNameMap>(
  name: T,
  properties: Partial<HTMLElementTagNameMap[T]>,
  ...children: readonly (string | Node)[]
): HTMLElementTagNameMap[T] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/**
 * The shortened address apart from what is said of it: it keeps its direction, and is emphasized. Without a
 * word joiner it could be broken after its dots.
 */
function setApart(says: Says, address: string): Says {
  const [first = ''] = address;
  const short = `${first}…${address.slice(address.lastIndexOf('@'))}`;
  const { acceptedFor = '' } = says;
  if (!acceptedFor.includes(short)) return says;
  const joined = short.replace('…', '…\u2060');
  return { ...says, acceptedFor: acceptedFor.replace(short, '{address}'), address: joined };
}

/** Once for each root. A sheet of ours needs no permission of a page's policy. */
function addStyle(root: ShadowRoot): void {
  const sheets = root.adoptedStyleSheets;
  if (sheets.includes(sheet)) return;
  root.adoptedStyleSheets = [...sheets, sheet];
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
