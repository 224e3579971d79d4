import { html, type Html } from '../../pages/document.ts';
import type { Night, Nights } from '../control/nights.ts';
import { heading, numberOf, renderSandboxPage, timeOf } from './frame.ts';

interface NightsView {
  readonly nights: Pick<Nights, 'setting' | 'next' | 'past'>;
  readonly now: number;
  readonly isMoved: boolean;
  readonly faults: object;
}

/** The nightly sync of a customer's list, and the clock that it goes by. */
export function nightsPage({ nights, now, isMoved, faults }: NightsView): string {
  const { setting, next, past } = nights;
  return renderSandboxPage({
    title: 'Nights',
    path: '/nights',
    faults,
    main: html`
      ${heading(
        'Nights',
        'A file transfer or the sync of a CRM replaces the list each night: who is not on it is archived, and who comes back has the subscription of before.',
      )}
      <div class="panels">
        <section class="panel padded" aria-labelledby="list">
          <h2 id="list">The customer’s list</h2>
          <form method="post" action="/nights" class="stack">
            <label for="keep">Addresses on it, one a line</label>
            <textarea id="keep" name="keep" rows="4" required spellcheck="false" placeholder="*@member.test">
${setting?.keep.join('\n') ?? ''}</textarea>
            <label for="at">Replaces the contacts at, in UTC</label>
            <input id="at" name="at" type="time" required value=${setting?.at ?? '01:00'} />
            <button>${setting ? 'Change' : 'Switch on'}</button>
          </form>
          ${setting ? button('/nights/off', 'Switch off', 'danger') : ''}
        </section>
        <section class="panel padded" aria-labelledby="clock">
          <h2 id="clock">The sandbox’s clock</h2>
          <p>It is ${timeOf(now)} UTC${isMoved ? ', moved' : ''}.</p>
          <p>${next === undefined ? 'No night comes.' : html`The next night is at ${timeOf(next)}.`}</p>
          <div class="row">
            ${next === undefined ? '' : button('/nights/next', 'Go to the next night')}
            ${setting ? button('/nights/run', 'Run a night now', 'plain') : ''}
            ${button('/clock/day', 'A day ahead', 'plain')}
            ${isMoved ? button('/clock/reset', 'Back to the machine’s time', 'plain') : ''}
          </div>
        </section>
      </div>
      <section class="panel scroll" tabindex="0" aria-label="Past nights">
        <div id="nights" data-live>${past.length === 0 ? noNights : nightTable(past)}</div>
      </section>
    `,
  });
}

const noNights = html`<p class="empty quiet">No night has passed.</p>`;

function button(target: string, words: string, look = ''): Html {
  return html`<form method="post" action=${target}><button class=${look}>${words}</button></form>`;
}

function nightTable(nights: readonly Night[]): Html {
  return html`
    <table class="stacks">
      <thead>
        <tr>
          <th scope="col">Night (UTC)</th>
          <th scope="col" class="number">Archived</th>
          <th scope="col" class="number">Came back</th>
          <th scope="col" class="number">Added</th>
          <th scope="col" class="number">Contacts afterwards</th>
        </tr>
      </thead>
      <tbody>
        ${nights.map(
          ({ at, archived, returned, added, live }) => html`
            <tr>
              <th scope="row">${timeOf(at)}</th>
              ${Object.entries({
                Archived: archived,
                'Came back': returned,
                Added: added,
                Contacts: live,
              }).map(
                ([label, value]) => html`<td class="number" data-label=${label}>${numberOf(value)}</td>`,
              )}
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}
