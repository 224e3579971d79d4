import { nothing } from 'lit';
import { html, type Html } from '../../pages/document.ts';
import type { Person } from '../contacts/person.ts';
import { states, stateOf, type ContactState, type StateCounts } from '../contacts/search.ts';
import { chip, heading, none, numberOf, renderSandboxPage, timeOf } from './frame.ts';

export const contactsPerPage = 50;

interface ContactsView {
  /** Newest first. */
  readonly contacts: readonly Readonly<Person>[];
  /** How many match the search. */
  readonly total: number;
  readonly counts: StateCounts;
  readonly text: string;
  readonly state: ContactState | undefined;
  /** From 1. */
  readonly page: number;
  readonly faults: object;
}

/** The contacts as they arrive: the page to keep open while trying a form. */
export function contactsPage(view: ContactsView): string {
  const { contacts, counts, text, total, faults } = view;
  const everyone = states.reduce((sum, state) => sum + counts[state], 0);
  return renderSandboxPage({
    title: 'Contacts',
    path: '/',
    faults,
    main: html`
      ${heading('Contacts', 'As rasa.io would have them. Newest first, times in UTC.', makeForm())}
      <section class="panel">
        <form class="tools" action="/" role="search">
          <input
            type="search"
            name="q"
            value=${text}
            maxlength="100"
            autocomplete="off"
            aria-label="Search contacts by the beginning of an address or a name"
            placeholder="Address or name"
          />
          ${view.state === undefined ? '' : html`<input type="hidden" name="state" value=${view.state} />`}
          <button class="plain">Search</button>
          <div class="tabs" id="states" data-live>
            ${tab('All', everyone, linkTo({ text }), view.state === undefined)}
            ${states
              .filter((state) => state !== 'inactive' || counts.inactive > 0)
              .map((state) =>
                tab(capital(state), counts[state], linkTo({ text, state }), view.state === state),
              )}
          </div>
        </form>
        <div id="contacts" data-live>
          ${contacts.length > 0 ? list(contacts) : everyone === 0 ? noContacts : nothingFound(text)}
        </div>
        ${pager(view, total)}
      </section>
      <div id="clear" data-live>${everyone === 0 ? '' : deleteAll(everyone)}</div>
    `,
  });
}

function linkTo(parts: {
  readonly text: string;
  readonly state?: ContactState | undefined;
  readonly page?: number;
}): string {
  const query = new URLSearchParams({
    ...(parts.text !== '' && { q: parts.text }),
    ...(parts.state && { state: parts.state }),
    ...(parts.page !== undefined && parts.page > 1 && { page: String(parts.page) }),
  });
  return query.size === 0 ? '/' : `/?${query.toString()}`;
}

function tab(words: string, count: number, href: string, isOn: boolean): Html {
  return html`<a href=${href} aria-current=${isOn ? 'true' : nothing}>${words} ${numberOf(count)}</a>`;
}

function pager({ text, state, page, contacts }: ContactsView, total: number): Html {
  const from = (page - 1) * contactsPerPage + 1;
  const last = from + contacts.length - 1;
  const isOnePage = page === 1 && last >= total;
  const range = `${numberOf(from)} to ${numberOf(last)} of ${numberOf(total)}`;
  return html`<div class="pager" id="pager" data-live>
    <p role="status" class="quiet">${isOnePage || contacts.length === 0 ? countOf(total) : range}</p>
    ${page > 1 ? html`<a href=${linkTo({ text, state, page: page - 1 })} rel="prev">Newer</a>` : ''}
    ${last < total ? html`<a href=${linkTo({ text, state, page: page + 1 })} rel="next">Older</a>` : ''}
  </div>`;
}

function countOf(total: number): string {
  return total === 1 ? '1 contact' : `${numberOf(total)} contacts`;
}

const noContacts = html`
  <div class="empty">
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

function nothingFound(text: string): Html {
  return html`<div class="empty">
    <h2>${text === '' ? 'No contact has this state' : `Nobody matches “${text}”`}</h2>
    <p><a href="/">Show all contacts</a></p>
  </div>`;
}

function list(contacts: readonly Readonly<Person>[]): Html {
  return html`
    <div class="contact head" aria-hidden="true">
      <span>Email address</span><span>Name</span><span>State</span><span>Came from</span><span>Added</span>
    </div>
    <ul class="contacts">
      ${contacts.map((person) => html`<li>${contactRow(person)}</li>`)}
    </ul>
  `;
}

const looks = { subscribed: 'good', unsubscribed: 'warn', inactive: 'off', archived: 'off' } as const;

function contactRow(person: Readonly<Person>): Html {
  const state = stateOf(person);
  const name = [person.first_name, person.last_name].filter(Boolean).join(' ');
  return html`
    <details id=${`contact-${person.id}`}>
      <summary class="contact">
        <strong class="address">${person.email}</strong>
        <span class="name">${name === '' ? none : html`<bdi>${name}</bdi>`}</span>
        <span>${chip(capital(state), looks[state])}</span>
        <span class="source"
          >${person.source}${person.via === null ? '' : html`<small>${person.via}</small>`}</span
        >
        <span class="added">${timeOf(person.created)}</span>
      </summary>
      <div class="detail">
        <dl>
          ${factsOf(person).map(
            ([term, value]) =>
              html`<div>
                <dt>${term}</dt>
                <dd><bdi>${value}</bdi></dd>
              </div>`,
          )}
        </dl>
        <div class="row">
          ${
            person.is_subscribed
              ? action(person, 'unsubscribe', 'Unsubscribe by click')
              : action(person, 'subscribe', 'Subscribe again')
          }
          ${
            person.is_archived
              ? action(person, 'restore', 'Bring back')
              : action(person, 'archive', 'Archive')
          }
        </div>
      </div>
    </details>
  `;
}

function action(person: Readonly<Person>, name: string, words: string): Html {
  return html`<form method="post" action=${`/contacts/${person.id}/${name}`}>
    <button class="plain" aria-label=${`${words}: ${person.email}`}>${words}</button>
  </form>`;
}

/** All that a contact has beside the columns, custom attributes as the JSON that they were written as. */
function factsOf(person: Readonly<Person>): readonly (readonly [term: string, value: string | Html])[] {
  const { external_id, segment_code, referred_by, unsubscribe_reason, v2 = {} } = person;
  const { can_email_code, can_email_message, identifiers = [] } = v2;
  const filled = Object.entries({
    external_id,
    segment_code,
    referred_by,
    unsubscribe_reason,
    can_email_code,
    can_email_message,
  }).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
  return [
    ...filled,
    ...identifiers.map(({ system, identifier }) => [system, identifier] as const),
    ...person.attributes.map(({ name, value }) => [name, textOf(value)] as const),
    ['Contact id', html`<code>${person.id}</code>`],
    ['Number in version 2', String(person.seq)],
    ['Updated', timeOf(person.updated)],
  ];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function makeForm(): Html {
  return html`<details class="make">
    <summary class="button plain">Make contacts…</summary>
    <form method="post" action="/contacts/make" class="row">
      <label for="count-made">How many</label>
      <input id="count-made" name="count" type="number" min="1" max="100000" value="1000" required />
      <button>Make</button>
    </form>
  </details>`;
}

function deleteAll(count: number): Html {
  return html`
    <details class="quiet">
      <summary>Delete all contacts</summary>
      <form method="post" action="/contacts/delete">
        <button class="danger">
          Yes, delete ${count === 1 ? 'the one contact' : `all ${numberOf(count)}`}
        </button>
      </form>
    </details>
  `;
}
