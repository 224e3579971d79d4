import { nothing } from 'lit';
import { html, type Html } from '../../pages/document.ts';
import type { Figures } from '../figures.ts';
import { ageOf, chip, count, dateOf, moment, panel, post, type Sending } from './parts.ts';

type Part = Pick<Figures, 'state' | 'rest' | 'setup' | 'startedMs'>;

/** What is looked at once a week. */
export function renderRest(figures: Part, version: string, sending: Sending): Html {
  const { setup } = figures;
  const hints = setup.hints.length;
  return panel({
    id: 'rest',
    title: 'Everything else',
    figure: hints === 0 ? '' : hints === 1 ? '1 hint' : `${hints} hints`,
    tools: setup.isRunning
      ? html`<span class="note">Checking …</span>`
      : post(sending, 'check', 'Run all checks', 'ghost'),
    content: html`<div class="rest">
      ${survival(figures)} ${imports(figures)} ${webhooks(figures)} ${tokens(figures)} ${mail(figures)}
      ${setUp(figures, version)}
    </div>`,
  });
}

function survival({ state: { survival: of } }: Part): Html {
  return card(
    'Still there after the night',
    of.archived === 0 ? chip('All', 'good') : chip(`${count(of.archived)} archived`, 'warn'),
    html`${count(of.delivered - of.archived)} of ${count(of.delivered)} sign-ups of the last 30 days are not
    archived.`,
  );
}

function imports({ rest: { lastImport } }: Part): Html {
  return card(
    'Imports',
    chip(lastImport ? `${count(lastImport.rows)} rows` : 'None', 'off'),
    lastImport
      ? html`The last: ${moment(lastImport.changedMs)}, ${count(lastImport.rows)} rows read,
        ${count(lastImport.stored)} stored.`
      : 'None in the last 30 days.',
    'imports',
  );
}

function webhooks({ rest: { webhooks: all } }: Part): Html {
  const failing = all.filter(({ isActive, failures }) => !isActive || failures > 0);
  return card(
    'Webhooks',
    all.length === 0
      ? chip('None', 'off')
      : failing.length > 0
        ? chip(`${failing.length} failing`, 'warn')
        : chip(`${all.length} working`, 'good'),
    all.length === 0
      ? 'rasa-signup webhooks add sends events to another system.'
      : all
          .map(({ host, isActive, failures, sent, last }) => {
            if (!isActive) return `${host} is disabled: ${last}`;
            return `${host} ${count(sent)} sent${failures > 0 ? `, ${count(failures)} failed in a row: ${last}` : ''}`;
          })
          .join('; '),
    'webhooks',
  );
}

function tokens({ rest: { tokens: all }, state: { nowMs } }: Part): Html {
  const next = all[0];
  const names = all.map(({ name }) => name).join(', ');
  return card(
    'Tokens',
    chip(String(all.length), 'off'),
    next?.expiresMs === undefined
      ? names || 'None. rasa-signup tokens create makes one for an application.'
      : `${names}. Next to expire: ${next.name}, ${dateOf(next.expiresMs, nowMs)}.`,
    'tokens',
  );
}

function mail({ rest: { mail: of }, state: { nowMs } }: Part): Html {
  return card(
    'Mail',
    of.failed > 0 ? chip(`${count(of.failed)} failed`, 'warn') : chip(`${count(of.waiting)} waiting`, 'off'),
    html`${of.oldestMs === undefined ? 'None waits' : `The oldest waits ${ageOf(nowMs - of.oldestMs)}`},
    ${count(of.failed)} failed in the last 30 days.`,
  );
}

function setUp({ setup: { hints, checkedMs }, startedMs, state: { nowMs } }: Part, version: string): Html {
  const isFault = hints.some(({ is }) => is === 'fault');
  const state =
    checkedMs === undefined
      ? chip('Not checked', 'off')
      : hints.length === 0
        ? chip('Fine', 'good')
        : chip(hints.length === 1 ? '1 hint' : `${hints.length} hints`, isFault ? 'bad' : 'warn');
  return card(
    'Set-up',
    state,
    html`Version ${version}, up ${ageOf(nowMs - startedMs)}.
    ${checkedMs === undefined ? '' : html`Checked ${moment(checkedMs)}.`}
    ${
      hints.length === 0
        ? ''
        : html`<span class="hints"
            >${hints.map(
              ({ about, what, remedy }) => html`<span><b>${about}:</b> ${what} ${remedy ?? ''}</span>`,
            )}</span
          >`
    }`,
  );
}

function card(title: string, state: Html, about: Html | string, id?: string): Html {
  return html`<div id=${id ?? nothing}>
    <h3>${title}</h3>
    ${state}
    <p>${about}</p>
  </div>`;
}
