import { nothing } from 'lit';
import { html, type Html } from '../../pages/document.ts';
import { periods, type Figures, type Period } from '../figures.ts';
import type { Cause, Verdict } from '../verdict.ts';
import { renderAccounts } from './accounts.ts';
import { renderOperatorFrame } from './frame.ts';
import { renderFunnel } from './funnel.ts';
import { renderHours } from './hours-chart.ts';
import { ageOf, count, icon, moment, post, signups, type Sending } from './parts.ts';
import { renderRefused } from './refused.ts';
import { renderRest } from './rest.ts';
import { renderSetAside, type ShownAddress } from './set-aside.ts';
import { renderTimes } from './times-chart.ts';

export interface OperatorPage extends Sending {
  readonly figures: Figures;
  readonly verdict: Verdict;
  /** The one that was asked for. */
  readonly address?: ShownAddress | undefined;
  readonly version: string;
}

const words: Readonly<Record<Period, string>> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' };

const parts = [
  ['overview', 'Overview'],
  ['refused', 'Refusals'],
  ['accounts', 'Accounts'],
  ['set-aside', 'Set aside'],
  ['imports', 'Imports'],
  ['webhooks', 'Webhooks'],
  ['tokens', 'Tokens'],
] as const;

export function renderOperatorPage({ figures, verdict, address, version, ...sending }: OperatorPage): string {
  const { state, accounts, setAside } = figures;
  const aside = renderSetAside({ setAside, nowMs: state.nowMs, address }, sending);
  return renderOperatorFrame({
    prefix: sending.prefix,
    title: verdict.words,
    isLive: address === undefined,
    header: renderHeader(sending),
    main: html`<div id="operator" data-live>
      ${renderVerdict(figures, verdict)}
      ${verdict.causes.map((cause) => renderCause(cause, figures, sending))}
      ${renderAnswers(figures, verdict)} ${renderHours(figures)} ${renderFunnel(figures.funnel)}
      ${renderAccounts(accounts, state.nowMs, sending)} ${setAside.count > 0 ? aside : ''}
      ${renderTimes(figures)} ${renderRefused(figures)} ${setAside.count > 0 ? '' : aside}
      ${renderRest(figures, version, sending)}
    </div>`,
  });
}

function renderHeader(sending: Sending): Html {
  const links = html`${parts.map(
    ([id, name], index) =>
      html`<a href=${`#${id}`} aria-current=${index === 0 ? 'true' : nothing}>${name}</a>`,
  )}`;
  return html`<nav class="parts" aria-label="Parts of this page">${links}</nav>
    <span class="live" role="status" hidden>Live</span>
    <div class="log-out">${post(sending, 'log-out', 'Log out', 'ghost')}</div>
    <details class="menu">
      <summary aria-label="More" title="More">${icon('dots')}</summary>
      <div>
        <nav aria-label="Parts of this page">${links}</nav>
        ${post(sending, 'log-out', 'Log out', 'ghost')}
      </div>
    </details>`;
}

function renderVerdict({ state, period }: Figures, { tone, words: verdict }: Verdict): Html {
  const checked = new Date(state.nowMs).toISOString();
  return html`<header class=${`verdict ${tone}`}>
    <span class="badge">${icon(tone === 'good' ? 'tick' : 'alert')}</span>
    <h1>${verdict}</h1>
    <p>
      Last ${words[period]}, checked at
      <time datetime=${checked} title=${checked}>${checked.slice(11, 19)}</time> UTC.
      <a href="?period=${period}">Look again</a>
    </p>
    <nav class="seg" aria-label="Period">
      ${(Object.keys(periods) as Period[]).map(
        (one) =>
          html`<a href="?period=${one}" aria-current=${one === period ? 'true' : nothing}>${words[one]}</a>`,
      )}
    </nav>
  </header>`;
}

function renderCause(
  { id, tone, what, remedy, action }: Cause,
  { keyRefusals }: Figures,
  sending: Sending,
): Html {
  const since = keyRefusals.findLast(({ account }) => id === `credentials ${account}`);
  return html`<section class=${`cause ${tone}`}>
    <div>
      <h2>${what}</h2>
      <p>${since ? html`Since ${moment(since.atMs)} UTC. ` : ''}${remedy}</p>
    </div>
    ${action === 'reload' ? html`${post(sending, 'reload', 'Read the key files again', 'primary')} ${howTo(id)}` : ''}
  </section>`;
}

/** As docs/rotating-keys.md says it at length. */
function howTo(id: string): Html {
  return html`<details id=${`how-${id.replaceAll(/\s/g, '-')}`} class="how">
    <summary>How to replace a key</summary>
    <ol>
      <li>At rasa.io, under Settings, API Keys, make a key. It is shown once.</li>
      <li>
        Write it into the file that RASA_API_KEY_FILE names, or that of the account. The proxy reads it within
        seconds. A key in a variable takes a restart.
      </li>
      <li>When this page says that it is in use, revoke the old one at rasa.io.</li>
    </ol>
  </details>`;
}

function renderAnswers({ state, startedMs }: Figures, { lost, stuck, wronged }: Verdict): Html {
  const { delivered, setAside, accounts, refused, nowMs } = state;
  const waiting = accounts.reduce((sum, account) => sum + account.waiting, 0);
  const oldestMs = Math.min(...accounts.map((account) => account.oldestMs ?? Infinity));
  const all = refused.reduce((sum, { count }) => sum + count, 0);
  const gotIn = refused.reduce((sum, one) => sum + one.gotIn, 0);
  return html`${answer(
    'Is anything lost?',
    lost > 0 ? 'bad' : 'good',
    lost > 0 ? signups(lost) : 'Nothing',
    html`<b>${count(delivered + waiting + setAside)}</b> accepted =
      <b>${count(delivered)}</b>&nbsp;at&nbsp;rasa.io +&nbsp;<b>${count(waiting)}</b>&nbsp;waiting
      +&nbsp;<b>${count(setAside)}</b>&nbsp;set&nbsp;aside`,
  )}${answer(
    'Is anything stuck?',
    stuck > 0 ? 'bad' : 'good',
    stuck > 0 ? signups(stuck) : 'Nothing',
    waiting === 0
      ? html`Nothing waits. Usual is under 30&nbsp;s.`
      : html`<b>${count(waiting)}</b> waiting, the oldest for <b>${ageOf(nowMs - oldestMs)}</b>. Usual is
          under 30&nbsp;s.`,
  )}${answer(
    'Is anybody refused wrongly?',
    wronged > 0 ? 'warn' : 'good',
    wronged > 0 ? `Perhaps ${count(wronged)}` : 'No sign of it',
    html`<b>${count(all)}</b> refused. <b>${count(gotIn)}</b> of them tried again and got in. Seen by this
      process, up ${ageOf(nowMs - startedMs)}.`,
  )}`;
}

function answer(question: string, tone: string, verdict: string, evidence: Html): Html {
  return html`<section class=${`ans ${tone}`}>
    <h2>${icon(tone === 'good' ? 'tick' : 'alert')}${question}</h2>
    <strong>${verdict}</strong>
    <p>${evidence}</p>
  </section>`;
}
