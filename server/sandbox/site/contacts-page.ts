import { html, type Html } from '../../pages/document.ts';
import type { Person } from '../person.ts';
import { badge, renderSandboxPage, timeOf } from './frame.ts';

/** Thousands of contacts on one page would be slow to view and slower to refresh. */
export const shownContacts = 200;

interface ContactsView {
  /** The newest ones, newest first. */
  readonly contacts: readonly Readonly<Person>[];
  /** How many there are in all. */
  readonly total: number;
  readonly faults: object;
}

/** The contacts as they arrive: the page to keep open while trying a form. */
export function contactsPage({ contacts, total, faults }: ContactsView): string {
  return renderSandboxPage({
    title: 'Contacts',
    path: '/',
    faults,
    main: html`
      <div class="heading">
        <h1>Contacts</h1>
        <p role="status" id="count" class="quiet" data-live>${countOf(total)}</p>
      </div>
      <section class="scroll" tabindex="0" aria-label="Contacts">
        <div id="contacts" data-live>${contacts.length === 0 ? noContacts : contactsTable(contacts)}</div>
      </section>
      <div id="clear" data-live>${contacts.length === 0 ? '' : deleteAll(total)}</div>
    `,
  });
}

function countOf(total: number): string {
  if (total > shownContacts) return `The newest ${shownContacts} of ${total} contacts`;
  if (total === 0) return 'No contacts yet';
  return total === 1 ? '1 contact' : `${total} contacts`;
}

const noContacts = html`
  <div class="card empty">
    <h2>Nobody has signed up yet</h2>
    <p>
      Keep this page open, and send the sign-up form from another tab. The contact appears here by itself a
      moment later.
    </p>
    <p class="quiet">
      Nothing comes? The proxy needs this sandbox as its rasa.io, and a key from
      <a href="/settings/api-keys">API Keys</a>.
    </p>
  </div>
`;

function contactsTable(contacts: readonly Readonly<Person>[]): Html {
  return html`
    <table class="stacks">
      <thead>
        <tr>
          <th scope="col">E-mail</th>
          <th scope="col">Name</th>
          <th scope="col">Status</th>
          <th scope="col">Attributes</th>
          <th scope="col">Added (UTC)</th>
        </tr>
      </thead>
      <tbody>
        ${contacts.map(contactRow)}
      </tbody>
    </table>
  `;
}

function contactRow(person: Readonly<Person>): Html {
  const attributes = attributesOf(person);
  const name = [person.first_name, person.last_name].filter(Boolean).join(' ');
  return html`
    <tr>
      <th scope="row" class="address">${person.email}</th>
      <td data-label="Name">${name || none}</td>
      <td data-label="Status">${statusOf(person)}</td>
      <td data-label="Attributes">
        ${
          attributes.length === 0
            ? none
            : html`<dl class="pairs small">
                ${attributes.map(
                  ([name, value]) =>
                    html`<dt>${name}</dt>
                      <dd>${value}</dd>`,
                )}
              </dl>`
        }
      </td>
      <td data-label="Added (UTC)">${timeOf(person.created)}</td>
    </tr>
  `;
}

/**
 * All attributes of a person, including those that rasa.io stores in dedicated fields, if they are filled.
 */
function attributesOf({
  segment_code,
  referred_by,
  attributes,
}: Readonly<Person>): readonly (readonly [string, string])[] {
  const own = Object.entries({ segment_code, referred_by }).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, value]],
  );
  return [...own, ...attributes.map(({ name, value }) => [name, String(value)] as const)];
}

/** An empty cell, hidden from screen readers. */
const none = html`<span class="quiet" aria-hidden="true">–</span>`;

function statusOf({ is_archived, is_active, is_subscribed }: Readonly<Person>): Html {
  if (is_archived) return badge('Archived', 'off');
  if (!is_active) return badge('Inactive', 'off');
  return is_subscribed ? badge('Subscribed', 'on') : badge('Unsubscribed', 'off');
}

function deleteAll(count: number): Html {
  return html`
    <details class="quiet">
      <summary>Delete all contacts</summary>
      <form method="post" action="/contacts/delete">
        <button class="danger">Yes, delete ${count === 1 ? 'the one contact' : `all ${count}`}</button>
      </form>
    </details>
  `;
}
