import { html, type Html } from '../../pages/document.ts';
import type { ShownAccount } from '../figures.ts';
import { ageOf, ask, chip, count, icon, lately, panel, post, type Sending } from './parts.ts';

/** What waits, by account, and which keys are in use. */
export function renderAccounts(accounts: readonly ShownAccount[], nowMs: number, sending: Sending): Html {
  const waiting = accounts.reduce((sum, account) => sum + account.waiting, 0);
  return panel({
    id: 'accounts',
    title: html`Backlog<span class="wide">, accounts</span> and keys`,
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
          <th><span class="unseen">What to do</span></th>
        </tr>
      </thead>
      <tbody>
        ${accounts.map(
          (account) =>
            html`<tr>
              <th scope="row">
                ${account.name}
                ${account.forms?.length ? html`<span class="forms">${formsOf(account.forms)}</span>` : ''}
              </th>
              <td>${stateOf(account)}</td>
              <td class="num" data-label="Waiting">${count(account.waiting)}</td>
              <td data-label="Oldest">
                ${account.oldestMs === undefined ? '–' : ageOf(nowMs - account.oldestMs)}
              </td>
              <td data-label="Last delivered">
                ${account.lastSuccess === undefined ? 'not since the start' : lately(Date.parse(account.lastSuccess), nowMs)}
              </td>
              <td data-label="Next try">${nextTry(account, nowMs)}</td>
              <td>
                ${account.keys?.map(({ fingerprint, state, isWithdrawn }) =>
                  account.credentials === 'refused' && !isWithdrawn
                    ? chip(`${fingerprint} refused`, 'bad')
                    : chip(`${fingerprint} ${state}`, state === 'in use' ? 'good' : 'off'),
                )}
              </td>
              <td class="acts">${renderKeys(account, sending)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  });
}

/** What can be done with each key. A question opens in the row before one is retired. */
function renderKeys({ name, keys = [] }: ShownAccount, sending: Sending): Html | string {
  if (keys.length === 0) return '';
  const usable = keys.filter(({ isWithdrawn }) => !isWithdrawn).length;
  return html`<details id=${`keys-${name}`} class="keys">
    <summary aria-label=${`Keys of ${name}`} title="Keys">${icon('dots')}</summary>
    <ul>
      ${keys.map(({ fingerprint, isWithdrawn }) => {
        const id = `${name} ${fingerprint}`;
        if (isWithdrawn)
          return html`<li>${post(sending, 'use', `Use ${fingerprint} again`, 'second', id)}</li>`;
        const result =
          usable === 1
            ? 'It is the only one: sign-ups are kept and wait until there is another.'
            : 'The next key takes over.';
        return html`<li>
          <details id=${`retire-${name}-${fingerprint}`}>
            <summary>Retire ${fingerprint}</summary>
            <p>
              Stop using this key, in every process? ${result} It stays valid at rasa.io until it is revoked
              there.
            </p>
            ${ask(sending, 'retire', `Retire ${fingerprint} now`, id)}
          </details>
        </li>`;
      })}
    </ul>
  </details>`;
}

/** Names as far as they fit. */
function formsOf(forms: readonly string[]): string {
  const most = 4;
  const more = forms.length - most;
  return forms.slice(0, most).join(', ') + (more > 0 ? ` and ${count(more)} more` : '');
}

function stateOf({ isGone, credentials, isUnreachable, waiting, areKeysRetired }: ShownAccount): Html {
  if (isGone) return chip('Not configured', 'bad');
  if (areKeysRetired && credentials === 'refused') return chip('Keys retired', 'bad');
  if (credentials === 'refused') return chip('Key refused', 'bad');
  if (isUnreachable) return chip('No answer', 'warn');
  return waiting > 0 ? chip('Waiting', 'off') : chip('Working', 'good');
}

function nextTry({ isGone, waiting, pausedForMs = 0, nextMs }: ShownAccount, nowMs: number): string {
  if (waiting === 0 || isGone) return '–';
  const inMs = Math.max(pausedForMs, nextMs - nowMs);
  return inMs < 1000 ? 'now' : `in ${ageOf(inMs)}`;
}
