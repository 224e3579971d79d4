import { nothing } from 'lit';
import { html, type Html } from '../../pages/document.ts';
import type { SetAsideState, ShownDeadLetter } from '../set-aside.ts';
import { count, icon, moment, panel, post, type Sending } from './parts.ts';

/** An address that was asked for. */
export interface ShownAddress {
  readonly id: string;
  readonly email: string;
}

/** What rasa.io refused for good. A phone shows the newest, and the others when they are asked for. */
export function renderSetAside(
  { count: total, newest }: SetAsideState,
  sending: Sending,
  address: ShownAddress | undefined,
): Html {
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
          ${first.map((one) => row(one, sending, address))}
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
                  ${later.map((one) => row(one, sending, address))}
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
  sending: Sending,
  address: ShownAddress | undefined,
): Html {
  return html`<tr>
    <td>${moment(Date.parse(refusedAt))}</td>
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
        ${post(sending, 'purge', 'Delete for good', 'danger', id)}
      </details>
    </td>
  </tr>`;
}
