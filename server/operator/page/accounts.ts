import { html, type Html } from '../../pages/document.ts';
import type { ShownAccount } from '../figures.ts';
import { ageOf, chip, count, moment, panel, post, type Sending } from './parts.ts';

/** What waits, by account, and which keys are in use. */
export function renderAccounts(accounts: readonly ShownAccount[], nowMs: number, sending: Sending): Html {
  const waiting = accounts.reduce((sum, account) => sum + account.waiting, 0);
  return panel({
    id: 'accounts',
    title: 'Backlog, accounts and keys',
    figure: `${count(waiting)} waiting`,
    tools: post(sending, 'reload', 'Read the key files again', 'ghost'),
    content: html`<table>
      <thead>
        <tr>
          <th>Account</th>
          <th>State</th>
          <th class="num">Waiting</th>
          <th>Oldest</th>
          <th>Last delivered</th>
          <th>Next try</th>
          <th>Keys</th>
        </tr>
      </thead>
      <tbody>
        ${accounts.map(
          (account) =>
            html`<tr>
              <th scope="row">${account.name}</th>
              <td>${stateOf(account)}</td>
              <td class="num" data-label="Waiting">${count(account.waiting)}</td>
              <td data-label="Oldest">
                ${account.oldestMs === undefined ? '–' : ageOf(nowMs - account.oldestMs)}
              </td>
              <td data-label="Last delivered">
                ${account.lastSuccess === undefined ? 'not since the start' : moment(Date.parse(account.lastSuccess))}
              </td>
              <td data-label="Next try">${nextTry(account, nowMs)}</td>
              <td>
                ${account.keys?.map(({ fingerprint, state }) =>
                  account.credentials === 'refused'
                    ? chip(`${fingerprint} refused`, 'bad')
                    : chip(`${fingerprint} ${state}`, state === 'in use' ? 'good' : 'off'),
                )}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  });
}

function stateOf({ isGone, credentials, isUnreachable, waiting }: ShownAccount): Html {
  if (isGone) return chip('Not configured', 'bad');
  if (credentials === 'refused') return chip('Key refused', 'bad');
  if (isUnreachable) return chip('No answer', 'warn');
  return waiting > 0 ? chip('Waiting', 'off') : chip('Working', 'good');
}

function nextTry({ isGone, waiting, pausedForMs = 0, nextMs }: ShownAccount, nowMs: number): string {
  if (waiting === 0 || isGone) return '–';
  const inMs = Math.max(pausedForMs, nextMs - nowMs);
  return inMs < 1000 ? 'now' : `in ${ageOf(inMs)}`;
}
