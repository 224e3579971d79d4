import { nothing } from 'lit';
import { html, type Html } from '../../pages/document.ts';
import type { Account } from '../api-keys.ts';
import type { LoggedRequest } from '../control/request-log.ts';
import type { ApiKey } from '../state.ts';
import { chip, heading, renderSandboxPage, timeOf } from './frame.ts';
import { requestTable } from './requests-page.ts';

interface ApiKeysView {
  readonly account: Account;
  /** Newest first. */
  readonly keys: readonly Readonly<ApiKey>[];
  /** The key that the proxy of this sandbox signs in with. */
  readonly ownId: string | undefined;
  /** Newest first. */
  readonly requests: readonly LoggedRequest[];
  readonly revocationKillsTokens: boolean;
  readonly faults: object;
  /** A key that was just created. This page is the only one that shows its text. */
  readonly created?: { readonly name: string; readonly key: string; readonly url: string };
}

/** As "Settings → API Keys" at rasa.io, with a switch for behaviour that rasa.io does not document. */
export function apiKeysPage(view: ApiKeysView): string {
  const { account, keys, ownId, requests, revocationKillsTokens, faults, created } = view;
  return renderSandboxPage({
    title: 'API Keys',
    path: '/settings/api-keys',
    faults,
    main: html`
      ${heading('API Keys', 'As under Settings, API Keys at rasa.io.')}
      ${created ? newKey(account, created) : ''}
      <section class="panel scroll" tabindex="0" aria-label="API keys">
        <div id="keys" data-live>${keys.length === 0 ? noKeys : keysTable(keys, ownId)}</div>
      </section>
      <form method="post" action="/settings/api-keys" class="row">
        <label for="name">Name of a new key</label>
        <input id="name" name="name" required maxlength="100" autocomplete="off" placeholder="Sign-up form" />
        <button class=${created ? 'plain' : nothing}>+ Create API Key</button>
      </form>

      <section class="panel scroll" tabindex="0" aria-labelledby="asked">
        <h2 id="asked">Asked last <a href="/requests">All requests</a></h2>
        <div id="requests" data-live>
          ${requests.length === 0 ? html`<p class="empty quiet">Nothing was asked yet.</p>` : requestTable(requests)}
        </div>
      </section>

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
      <p>
        Version 2 asks for a client id and takes a key as the client secret. The sign-up webhook takes no key,
        only the GUID in its address.
      </p>
      <dl class="pairs">
        <dt>Client id</dt>
        <dd><code>${account.clientId}</code></dd>
        <dt>Sign-up GUID</dt>
        <dd><code>${account.signupGuid}</code></dd>
      </dl>
    `,
  });
}

/** The question before the key is revoked that the proxy signs in with. */
export function revokePage({ id, name }: Readonly<ApiKey>, faults: object): string {
  return renderSandboxPage({
    title: 'Revoke a key',
    faults,
    main: html`
      <h1>Revoke the key “${name}”?</h1>
      <p>
        The proxy of this sandbox signs in with it. It goes on with the next key that is created here. Until
        there is one, sign-ups are accepted and wait.
      </p>
      <form method="post" action=${`/settings/api-keys/${id}/revoke`} class="row">
        <button class="danger">Yes, revoke it</button>
        <a href="/settings/api-keys">Keep it</a>
      </form>
    `,
  });
}

function newKey(
  { username, password }: Account,
  { name, key, url }: { readonly name: string; readonly key: string; readonly url: string },
): Html {
  const lines = Object.entries({
    RASA_BASE_URL: url,
    RASA_USERNAME: username,
    RASA_PASSWORD: password,
    RASA_API_KEY: '',
  })
    .map(([variable, value]) => `export ${variable}=${value}`)
    .join('\n');
  return html`
    <section class="card newkey" aria-labelledby="new-key">
      <h2 id="new-key">Your new key “${name}”</h2>
      <p>Copy it now: it is shown only once. These lines start a proxy that uses it.</p>
      <pre tabindex="0" aria-label="Settings of the proxy" id="new-key-lines">
${lines}<span id="new-key-alone"><code>${key}</code></span></pre>
      <p class="row">
        <button type="button" data-copy="new-key-lines" hidden>Copy the four lines</button>
        <button type="button" class="plain" data-copy="new-key-alone" hidden>Copy the key alone</button>
      </p>
      <p>
        A proxy that has this sandbox as its own takes it up by itself, when its key is revoked. In production
        write it into the file that <code>RASA_API_KEY_FILE</code> names, and the proxy takes it up while it
        runs. (With <code>RASA_API=v2</code> it is <code>RASA_CLIENT_SECRET</code>.) Never put it in a page, a
        script or a repository: whoever has it can read and change all contacts.
      </p>
    </section>
  `;
}

const noKeys = html`<p class="card">There is no key. Create one, so that the proxy can sign in.</p>`;

function keysTable(keys: readonly Readonly<ApiKey>[], ownId: string | undefined): Html {
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
        ${keys.map((key) => keyRow(key, key.id === ownId))}
      </tbody>
    </table>
  `;
}

/** The proxy's own key is not revoked on this page, but on one that asks. */
function keyRow(key: Readonly<ApiKey>, isOwn: boolean): Html {
  const lastUse = key.lastUsed === null ? html`<span class="quiet">never</span>` : timeOf(key.lastUsed);
  return html`
    <tr>
      <th scope="row">${key.name}</th>
      <td data-label="Key"><code>${key.firstCharacters}…</code></td>
      <td data-label="Created (UTC)">${timeOf(key.created)}</td>
      <td data-label="Last used (UTC)">${lastUse}</td>
      <td data-label="Status">
        ${
          key.revoked === null
            ? html`<div class="row">
                ${chip(isOwn ? 'Used by the proxy' : 'Active', 'good')}
                ${isOwn ? ownRevocation(key) : revocation(key, lastUse)}
              </div>`
            : html`<span class="row">${chip('Revoked', 'off')} ${timeOf(key.revoked)}</span>`
        }
      </td>
    </tr>
  `;
}

function ownRevocation({ id, name }: Readonly<ApiKey>): Html {
  return html`<form method="get" action=${`/settings/api-keys/${id}/revoke`}>
    <button class="danger" aria-label=${`Revoke ${name}`}>Revoke</button>
  </form>`;
}

function revocation({ id, name }: Readonly<ApiKey>, lastUse: Html): Html {
  return html`<details class="revoke">
    <summary>Revoke</summary>
    <form method="post" action=${`/settings/api-keys/${id}/revoke`} class="row">
      <span>It was last used: ${lastUse}. What uses it gets no new tokens.</span>
      <button class="danger" aria-label=${`Yes, revoke ${name}`}>Yes, revoke it</button>
    </form>
  </details>`;
}
