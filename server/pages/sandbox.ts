import { nothing } from 'lit';
import type { ApiKey, Person } from '../sandbox/state.ts';
import { html, renderPage, type Html } from './page.ts';

/** A page of thousands would be slow to look at and slower to refresh. */
const shownContacts = 200;

interface ContactsView {
  /** Newest first. */
  readonly contacts: readonly Readonly<Person>[];
  readonly faults: object;
}

/** The contacts as they come in: the page to have open beside the form that one is trying. */
export function contactsPage({ contacts, faults }: ContactsView): string {
  return renderSandboxPage({
    title: 'Contacts',
    path: '/',
    faults,
    main: html`
      <div class="heading">
        <h1>Contacts</h1>
        <p role="status" id="count" class="quiet" data-live>${countOf(contacts)}</p>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Contacts">
        <div id="contacts" data-live>${contacts.length === 0 ? noContacts : contactsTable(contacts)}</div>
      </div>
      <div id="clear" data-live>${contacts.length === 0 ? '' : deleteAll(contacts.length)}</div>
    `,
  });
}

interface ApiKeysView {
  readonly account: { readonly username: string; readonly password: string };
  /** Newest first. */
  readonly keys: readonly Readonly<ApiKey>[];
  readonly revocationKillsTokens: boolean;
  readonly faults: object;
  /** A key that was just made. This page is the only one that ever shows its text. */
  readonly created?: { readonly name: string; readonly key: string };
}

/** "Settings → API Keys", as rasa.io has it, and beside it what rasa.io leaves unsaid and the sandbox can switch. */
export function apiKeysPage({ account, keys, revocationKillsTokens, faults, created }: ApiKeysView): string {
  return renderSandboxPage({
    title: 'API Keys',
    path: '/settings/api-keys',
    faults,
    main: html`
      <p class="quiet crumb">Settings</p>
      <h1>API Keys</h1>
      ${created ? newKey(created) : ''}
      <div class="scroll" tabindex="0" role="region" aria-label="API keys">
        <div id="keys" data-live>${keys.length === 0 ? noKeys : keysTable(keys)}</div>
      </div>
      <form method="post" action="/settings/api-keys" class="row">
        <label for="name">Name of a new key</label>
        <input id="name" name="name" required maxlength="100" autocomplete="off" placeholder="Sign-up form" />
        <button>+ Create API Key</button>
      </form>

      <h2>When a key is revoked</h2>
      <form method="post" action="/settings/revocation" class="row" id="revocation" data-live>
        <input type="hidden" name="kills_tokens" value=${String(!revocationKillsTokens)} />
        <button class="switch" role="switch" aria-checked=${String(revocationKillsTokens)}>
          Revoking a key also ends its live tokens
        </button>
      </form>
      <p class="quiet">
        A revoked key gets no new tokens. Whether those it already has go on working, rasa.io does not say:
        try both.
      </p>

      <h2>Account</h2>
      <p>
        Version 1 of the API asks for these two beside the key, as a Basic header, when it hands out a token.
      </p>
      <dl class="pairs">
        <dt>User name</dt>
        <dd><code>${account.username}</code></dd>
        <dt>Password</dt>
        <dd><code>${account.password}</code></dd>
      </dl>
    `,
  });
}

/** For an address that is not there, and for what went wrong. */
export function failurePage(words: string): string {
  return renderSandboxPage({
    title: words,
    main: html`
      <h1>${words}.</h1>
      <p><a href="/">Back to the contacts</a></p>
    `,
  });
}

interface SandboxPage {
  readonly title: string;
  readonly path?: string;
  readonly faults?: object;
  readonly main: Html;
}

function renderSandboxPage({ title, path, faults = {}, main }: SandboxPage): string {
  const link = (target: string, words: string): Html =>
    html`<a href=${target} aria-current=${target === path ? 'page' : nothing}>${words}</a>`;
  return renderPage({
    title: `${title} · rasa.io sandbox`,
    lang: 'en',
    scripts: ['/pages/sandbox.js'],
    header: html`
      <header class="bar">
        <nav aria-label="Sandbox">
          <strong>rasa.io sandbox</strong>
          ${link('/', 'Contacts')} ${link('/settings/api-keys', 'API Keys')}
        </nav>
      </header>
    `,
    main: html`
      <p class="notice">
        <strong>This is a sandbox.</strong> It stands in for rasa.io: nothing here reaches rasa.io, and nobody
        gets mail from it.
      </p>
      <div id="faults" data-live>
        ${
          Object.keys(faults).length === 0
            ? ''
            : html`<p class="notice danger">
                <strong>Faults are switched on.</strong> The sandbox misbehaves on purpose, until
                <code>DELETE /sandbox/faults</code>: <code>${JSON.stringify(faults)}</code>
              </p>`
        }
      </div>
      ${main}
    `,
  });
}

function countOf({ length }: readonly unknown[]): string {
  if (length > shownContacts) return `The newest ${shownContacts} of ${length} contacts`;
  return length === 1 ? '1 contact' : `${length} contacts`;
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
          <th scope="col">Custom attributes</th>
          <th scope="col">Added (UTC)</th>
        </tr>
      </thead>
      <tbody>
        ${contacts.slice(0, shownContacts).map(contactRow)}
      </tbody>
    </table>
  `;
}

function contactRow(person: Readonly<Person>): Html {
  const name = [person.first_name, person.last_name].filter(Boolean).join(' ');
  return html`
    <tr>
      <th scope="row" class="address">${person.email}</th>
      <td data-label="Name">${name || none}</td>
      <td data-label="Status">${statusOf(person)}</td>
      <td data-label="Attributes">
        ${
          person.attributes.length === 0
            ? none
            : html`<dl class="pairs small">
                ${person.attributes.map(
                  (attribute) =>
                    html`<dt>${attribute.name}</dt>
                      <dd>${String(attribute.value)}</dd>`,
                )}
              </dl>`
        }
      </td>
      <td data-label="Added (UTC)">${timeOf(person.created)}</td>
    </tr>
  `;
}

/** An empty cell, said aloud as nothing. */
const none = html`<span class="quiet" aria-hidden="true">–</span>`;

function statusOf({ is_archived, is_active, is_subscribed }: Readonly<Person>): Html {
  if (is_archived) return badge('Archived', 'off');
  if (!is_active) return badge('Inactive', 'off');
  return is_subscribed ? badge('Subscribed', 'on') : badge('Unsubscribed', 'off');
}

function badge(words: string, look: 'on' | 'off'): Html {
  return html`<span class=${`badge ${look}`}>${words}</span>`;
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

function newKey({ name, key }: { readonly name: string; readonly key: string }): Html {
  return html`
    <section class="card" aria-labelledby="new-key">
      <h2 id="new-key">Copy the key “${name}” now</h2>
      <p>It is shown this once and is not kept here in readable form.</p>
      <pre tabindex="0" aria-label="The key"><code>${key}</code></pre>
      <p>
        Give it to the proxy as the environment variable <code>RASA_API_KEY</code>. Never put it in a page, a
        script or a repository: whoever has it can read and change all contacts.
      </p>
    </section>
  `;
}

const noKeys = html`<p class="card">There is no key. Create one, so that the proxy can sign in.</p>`;

function keysTable(keys: readonly Readonly<ApiKey>[]): Html {
  return html`
    <table class="stacks">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Key</th>
          <th scope="col">Created (UTC)</th>
          <th scope="col">Last used (UTC)</th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        ${keys.map(keyRow)}
      </tbody>
    </table>
  `;
}

function keyRow(key: Readonly<ApiKey>): Html {
  return html`
    <tr>
      <th scope="row">${key.name}</th>
      <td data-label="Key"><code>${key.firstCharacters}…</code></td>
      <td data-label="Created (UTC)">${timeOf(key.created)}</td>
      <td data-label="Last used (UTC)">
        ${key.lastUsed === null ? html`<span class="quiet">never</span>` : timeOf(key.lastUsed)}
      </td>
      <td data-label="Status">
        ${
          key.revoked === null
            ? html`<form method="post" action=${`/settings/api-keys/${key.id}/revoke`} class="row">
                ${badge('Active', 'on')}
                <button class="danger" aria-label=${`Revoke ${key.name}`}>Revoke</button>
              </form>`
            : html`${badge('Revoked', 'off')} <span class="quiet">${timeOf(key.revoked)}</span>`
        }
      </td>
    </tr>
  `;
}

const timeFormat = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});

function timeOf(iso: string): Html {
  return html`<time datetime=${iso}>${timeFormat.format(new Date(iso))}</time>`;
}
