import { nothing } from 'lit';
import { html, renderPage, type Html } from '../pages/document.ts';
import { periods, type Figures, type Period, type ShownAccount, type ShownDeadLetter } from './figures.ts';
import { renderHours } from './hours-chart.ts';
import { ageOf, chip, count, icon, post, signups, timeOf, type Sending } from './parts.ts';
import { renderRefused, renderRest } from './rest.ts';
import type { Cause, OperatorState, Verdict } from './verdict.ts';

export interface OperatorPage extends Sending {
  readonly figures: Figures;
  readonly verdict: Verdict;
  /** The one that was asked for. */
  readonly address?: { readonly id: string; readonly email: string } | undefined;
  readonly version: string;
}

const words: Readonly<Record<Period, string>> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' };

export function renderOperatorPage({ figures, verdict, address, version, ...sending }: OperatorPage): string {
  const { state, period, accounts, deadLetters } = figures;
  return renderOperatorFrame({
    prefix: sending.prefix,
    title: verdict.words,
    isLive: address === undefined,
    actions: post(sending, 'log-out', 'Log out', 'ghost'),
    main: html`<div id="operator" data-live>
      <header class=${`verdict ${verdict.tone}`}>
        <span class="badge">${icon(verdict.tone === 'good' ? 'tick' : 'alert')}</span>
        <h1>${verdict.words}</h1>
        <p>
          Last ${words[period]}, checked ${timeOf(state.nowMs)} UTC.
          <a href="?period=${period}">Look again</a>
        </p>
        <nav class="seg" aria-label="Period">
          ${(Object.keys(periods) as Period[]).map(
            (one) =>
              html`<a href="?period=${one}" aria-current=${one === period ? 'true' : nothing}
                >${words[one]}</a
              >`,
          )}
        </nav>
      </header>
      ${verdict.causes.map((cause) => renderCause(cause, sending))} ${renderAnswers(state, verdict)}
      ${renderHours(figures.hours)} ${renderAccounts(accounts, sending)}
      ${renderDeadLetters(deadLetters, sending, address)} ${renderRefused(state)}
      ${renderRest(figures, version)}
    </div>`,
  });
}

interface OperatorFrame {
  readonly prefix: string;
  readonly title: string;
  readonly isLive?: boolean;
  readonly actions?: Html;
  readonly main: Html;
}

export function renderOperatorFrame({ prefix, title, isLive = false, actions, main }: OperatorFrame): string {
  return renderPage({
    prefix,
    title: `${title} · rasa-signup`,
    lang: 'en',
    styles: ['/pages/operator.css'],
    ...(isLive && { scripts: ['/pages/operator.js'] }),
    header: html`<header class="top"><strong>rasa-signup</strong>${actions ?? ''}</header>`,
    main,
  });
}

function renderCause({ tone, what, remedy, action }: Cause, sending: Sending): Html {
  return html`<section class=${`cause ${tone}`}>
    <div>
      <h2>${what}</h2>
      <p>${remedy}</p>
    </div>
    ${action === 'reload' ? post(sending, 'reload', 'Read the key files again', 'primary') : ''}
  </section>`;
}

function renderAnswers(state: OperatorState, { lost, stuck, wronged }: Verdict): Html {
  const { delivered, setAside, accounts, refused, nowMs } = state;
  const waiting = accounts.reduce((sum, account) => sum + account.waiting, 0);
  const oldestMs = Math.min(...accounts.map((account) => account.oldestMs ?? Infinity));
  const all = refused.reduce((sum, { count }) => sum + count, 0);
  const gotIn = refused.reduce((sum, one) => sum + one.gotIn, 0);
  return html`${answer(
    'Is anything lost?',
    lost > 0 ? 'bad' : 'good',
    lost > 0 ? signups(lost) : 'Nothing',
    html`<b>${count(delivered + waiting + setAside)}</b> accepted = <b>${count(delivered)}</b> at rasa.io +
      <b>${count(waiting)}</b> waiting + <b>${count(setAside)}</b> set aside`,
  )}${answer(
    'Is anything stuck?',
    stuck > 0 ? 'bad' : 'good',
    stuck > 0 ? signups(stuck) : 'Nothing',
    waiting === 0
      ? html`Nothing waits.`
      : html`<b>${count(waiting)}</b> waiting, the oldest for <b>${ageOf(nowMs - oldestMs)}</b>. Usual is
          under 30 s.`,
  )}${answer(
    'Is anybody refused wrongly?',
    wronged > 0 ? 'warn' : 'good',
    wronged > 0 ? `Perhaps ${count(wronged)}` : 'No sign of it',
    html`<b>${count(all)}</b> refused. <b>${count(gotIn)}</b> of them tried again and got in.`,
  )}`;
}

function answer(question: string, tone: string, words: string, evidence: Html): Html {
  return html`<section class=${`ans ${tone}`}>
    <h2>${icon(tone === 'good' ? 'tick' : 'alert')}${question}</h2>
    <strong>${words}</strong>
    <p>${evidence}</p>
  </section>`;
}

function renderAccounts(accounts: readonly ShownAccount[], sending: Sending): Html {
  return html`<section class="panel">
    <header>
      <h2>Backlog, accounts and keys</h2>
      ${post(sending, 'reload', 'Read the key files again', 'ghost')}
    </header>
    <table>
      <thead>
        <tr>
          <th>Account</th>
          <th>State</th>
          <th class="num">Waiting</th>
          <th>Last delivered</th>
          <th>Keys</th>
        </tr>
      </thead>
      <tbody>
        ${accounts.map(
          ({ name, credentials, isUnreachable, isGone, waiting, lastSuccess, keys }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>
                ${
                  isGone
                    ? chip('Not configured', 'bad')
                    : credentials === 'refused'
                      ? chip('Key refused', 'bad')
                      : isUnreachable
                        ? chip('No answer', 'warn')
                        : waiting > 0
                          ? chip('Waiting', 'off')
                          : chip('Working', 'good')
                }
              </td>
              <td class="num" data-label="Waiting">${count(waiting)}</td>
              <td data-label="Last delivered">
                ${lastSuccess === undefined ? 'not since the start' : timeOf(Date.parse(lastSuccess))}
              </td>
              <td>
                ${keys.map(({ fingerprint, state }) =>
                  chip(`${fingerprint} ${state}`, state === 'in use' ? 'good' : 'off'),
                )}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function renderDeadLetters(
  entries: readonly ShownDeadLetter[],
  sending: Sending,
  address: OperatorPage['address'],
): Html {
  if (entries.length === 0) {
    return html`<section class="panel">
      <header><h2>Set aside</h2></header>
      <p class="empty">
        Nothing. What rasa.io refuses for good comes here, with its reason, and can be sent again.
      </p>
    </section>`;
  }
  return html`<section class="panel">
    <header>
      <h2>Set aside: ${count(entries.length)}</h2>
      ${post(sending, 'replay', 'Send all again', 'second', 'all')}
    </header>
    <table>
      <thead>
        <tr>
          <th>Since</th>
          <th>Form</th>
          <th>Reason</th>
          <th class="num">Tries</th>
          <th>Address</th>
          <th>Actions</th>
        </tr>
      </thead>
      <tbody>
        ${entries.slice(0, mostShown).map(
          ({ id, form, reason, attempts, refusedAt }) =>
            html`<tr>
              <td>${timeOf(Date.parse(refusedAt))}</td>
              <td>${form}</td>
              <th scope="row">rasa.io: “${reason}”</th>
              <td class="num" data-label="Tries">${attempts}</td>
              <td>
                ${address?.id === id ? html`<bdi>${address.email}</bdi>` : post(sending, 'address', 'Show (logged)', 'ghost', id)}
              </td>
              <td class="acts">
                ${post(sending, 'replay', 'Send again', 'second', id)}
                <details>
                  <summary>Delete</summary>
                  ${post(sending, 'purge', 'Delete for good', 'danger', id)}
                </details>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      entries.length > mostShown
        ? html`<p class="empty">
            ${count(entries.length - mostShown)} more: rasa-signup outbox list shows all.
          </p>`
        : ''
    }
  </section>`;
}

const mostShown = 50;
