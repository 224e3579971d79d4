import type { ConfirmationAnswer, Pending } from '../../shared/signup.ts';
import styles from './confirm.css?inline';

/**
 * The form after a sign-up that waits for a click in a mail: the field for the code, the way to the mailbox,
 * to another mail and to another address. Loaded only then. It never confirms by itself: whoever has the form
 * open need not be the one whose address it is.
 */

/** What of the element is used here. */
type Host = HTMLElement & { state: { readonly step: string; readonly issues?: object } };

const tick = 'm7 12.4 3.4 3.4L17 8.6';
const envelope = 'M5 8h14v9H5zl7 5 7-5';
const askEveryMs = 4000;
/** A tab that is left open asks no longer. */
const askForMs = 60 * 60_000;

/** Adds to the thanks of the element what can be done now, and looks now and then whether it has happened. */
export function wait(element: HTMLElement, src: string, waiting: Pending): void {
  const host = element as Host;
  const status = host.shadowRoot?.querySelector('.status');
  if (!host.shadowRoot || !status) return;
  const { texts, ticket, mailbox, redirect } = waiting;
  const began = Date.now();
  let againAt = began + waiting.again * 1000;
  let askedAt = began;
  let isAsking = false;

  const error = make('p', { className: 'error', role: 'alert' });
  const field = make('input', {
    inputMode: 'numeric',
    autocomplete: 'one-time-code',
    maxLength: 12,
    dir: 'ltr',
    required: true,
  });
  field.setAttribute('part', 'input');
  const label = make('label', {}, texts.field, field);
  label.setAttribute('part', 'label');
  const check = make('button', { type: 'submit' }, texts.check);
  check.setAttribute('part', 'button');
  const form = make('form', { noValidate: true }, label, check);
  const again = make('button', { type: 'button' });
  const other = make('button', { type: 'button' }, texts.other);
  const box = make('div', { className: 'confirm field' });
  if (mailbox) {
    const link = make('a', { href: mailbox.url, target: '_blank', rel: 'noreferrer' }, texts.open);
    link.setAttribute('part', 'link');
    box.append(make('p', {}, link));
  }
  box.append(form, error, make('div', { className: 'ways' }, again, other));

  addStyle(host.shadowRoot);
  status.after(box);
  drawMark(envelope);
  tell('signup-pending');

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (field.value.trim() !== '') void send({ code: field.value }, true);
    else field.focus();
  });
  again.addEventListener('click', () => {
    againAt = Date.now() + waiting.again * 1000;
    draw();
    void send({ again: '1' }, true);
  });
  other.addEventListener('click', () => {
    end();
    host.state = { step: 'editing', issues: {} };
  });
  const timer = setInterval(look, 1000);
  draw();

  function look(): void {
    if (!box.isConnected || host.state.step !== 'accepted') {
      end();
      return;
    }
    draw();
    const nowMs = Date.now();
    if (document.hidden || isAsking || nowMs - askedAt < askEveryMs || nowMs - began > askForMs) return;
    void send({}, false);
  }

  function draw(): void {
    const left = Math.ceil((againAt - Date.now()) / 1000);
    again.disabled = left > 0;
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    again.textContent = left > 0 ? texts.againIn.replace('{time}', time) : texts.again;
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
      else if (isLoud) say(status === 'pending' ? '' : texts[status]);
      if (status === 'locked') form.hidden = true;
    } catch {
      // Offline, blocked or too many: what was typed stays.
      if (isLoud) say(texts.failed);
    } finally {
      isAsking = false;
      askedAt = Date.now();
    }
  }

  function say(words: string): void {
    error.textContent = words;
    if (words === '') field.removeAttribute('aria-invalid');
    else field.setAttribute('aria-invalid', 'true');
  }

  function confirmed(): void {
    if (!box.isConnected) return;
    const hadFocus = box.matches(':focus-within');
    end();
    drawMark(tick);
    const title = status?.querySelector('h2');
    if (title) title.textContent = texts.done;
    for (const rest of status?.querySelectorAll('p') ?? []) rest.hidden = true;
    if (hadFocus) (status as HTMLElement).focus();
    tell('signup-confirmed');
    if (redirect !== undefined) location.assign(redirect);
  }

  function end(): void {
    clearInterval(timer);
    box.remove();
  }

  function drawMark(path: string): void {
    const mark = status?.querySelector('.mark path');
    mark?.setAttribute('d', path);
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

/** Once for each root. A sheet of ours needs no permission of a page's policy. */
function addStyle(root: ShadowRoot): void {
  const sheets = root.adoptedStyleSheets;
  if (sheets.includes(sheet)) return;
  root.adoptedStyleSheets = [...sheets, sheet];
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
