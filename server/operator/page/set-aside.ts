import { nothing } from 'lit';
import { html, type Html } from '../../pages/document.ts';
import type { SetAsideState, ShownDeadLetter } from '../set-aside.ts';
import { ask, count, dateOf, icon, moment, panel, post, type Sending } from './parts.ts';

/** An address that was asked for. */
export interface ShownAddress {
  readonly id: string;
  readonly email: string;
}

export interface SetAsidePart {
  readonly setAside: SetAsideState;
  readonly nowMs: number;
  readonly address: ShownAddress | undefined;
}

/** What rasa.io refused for good. A phone shows the newest, and the others when they are asked for. */
export function renderSetAside(part: SetAsidePart, sending: Sending): Html {
  const { address } = part;
  const { count: total, newest } = part.setAside;
  if (total === 0) {
    return panel({
      id: 'set-aside',
      title: 'Set aside',
      figure: '0',
      content: html`<p class="empty">
        ${icon('tray')} Nothing. What rasa.io refuses for good comes here, with its reason, and can be sent
        again.
      </p>`,
    });
  }
  const [first, later] = [newest.slice(0, 1), newest.slice(1)];
  return panel({
    id: 'set-aside',
    title: `Set aside: ${count(total)}`,
    figure: '',
    folds: false,
    look: 'some',
    tools: html`<a class="ghost" href=${`${sending.prefix}/operator/set-aside.csv`}>Download as CSV</a>
      ${post(sending, 'replay', 'Send all again', 'second', 'all')}`,
    content: html`<table>
        <thead>
          <tr>
            <th>Since</th>
            <th>Form</th>
            <th>Reason</th>
            <th class="num">Tries</th>
            <th>Address</th>
            <th><span class="unseen">What to do</span></th>
          </tr>
        </thead>
        <tbody>
          ${first.map((one) => row(one, part, sending))}
        </tbody>
        ${
          later.length === 0
            ? ''
            : html`<tbody class="more">
                  <tr>
                    <td colspan="6">
                      <details
                        id="set-aside-more"
                        open=${later.some(({ id }) => id === address?.id) ? '' : nothing}
                      >
                        <summary>${count(later.length)} more</summary>
                      </details>
                    </td>
                  </tr>
                </tbody>
                <tbody class="later">
                  ${later.map((one) => row(one, part, sending))}
                </tbody>`
        }
      </table>
      ${
        total > newest.length
          ? html`<p class="note">
              ${count(total - newest.length)} older ones: rasa-signup outbox list shows all.
            </p>`
          : ''
      }`,
  });
}

function row(
  { id, form, reason, attempts, refusedAt }: ShownDeadLetter,
  { nowMs, address }: Omit<SetAsidePart, 'setAside'>,
  sending: Sending,
): Html {
  const refusedMs = Date.parse(refusedAt);
  return html`<tr>
    <td>${moment(refusedMs, dateOf(refusedMs, nowMs))}</td>
    <td>${form}</td>
    <th scope="row">rasa.io: “<bdi>${reason}</bdi>”</th>
    <td class="num" data-label="Tries">${attempts}</td>
    <td class="address">
      ${
        address?.id === id
          ? html`<bdi>${address.email}</bdi>`
          : post(sending, 'address', html`${icon('eye')}Show (logged)`, 'ghost', id)
      }
    </td>
    <td class="acts">
      ${post(sending, 'replay', 'Send again', 'second', id)}
      <details id=${`delete-${id}`}>
        <summary>Delete</summary>
        ${ask(sending, 'purge', 'Delete for good', id)}
      </details>
    </td>
  </tr>`;
}
