import { html, type Html } from '../../pages/document.ts';
import type { LoggedRequest } from '../control/request-log.ts';
import { chip, heading, none, renderSandboxPage, timeOf } from './frame.ts';

interface RequestsView {
  /** Newest first. */
  readonly requests: readonly LoggedRequest[];
  readonly traffic: object;
  readonly faults: object;
}

/** What the sandbox was asked in the last minutes: what an integration really sends. */
export function requestsPage({ requests, traffic, faults }: RequestsView): string {
  return renderSandboxPage({
    title: 'Requests',
    path: '/requests',
    faults,
    main: html`
      ${heading('Requests', 'What the API was asked in the last 15 minutes. Never a key, a token or an address.')}
      <section class="panel scroll" tabindex="0" aria-label="Requests">
        <div id="requests" data-live>${requests.length === 0 ? noRequests : requestTable(requests)}</div>
      </section>
      <h2>How politely</h2>
      <dl class="pairs" id="traffic" data-live>
        ${Object.entries(traffic).map(
          ([name, value]) =>
            html`<dt>${words[name] ?? name}</dt>
              <dd>
                ${value === null ? none : String(typeof value === 'number' ? Math.round(value) : value)}
              </dd>`,
        )}
      </dl>
    `,
  });
}

const words: Readonly<Record<string, string>> = {
  calls: 'Calls about persons and figures',
  overlapping: 'Begun before the last answer',
  hasty: 'Begun within 200 ms of the last answer',
  shortestGapMs: 'Shortest pause, ms',
};

const noRequests = html`<div class="empty">
  <h2>Nothing was asked yet</h2>
  <p>Each call of the API appears here a moment later.</p>
</div>`;

export function requestTable(requests: readonly LoggedRequest[]): Html {
  return html`
    <table class="stacks requests">
      <thead>
        <tr>
          <th scope="col">Time (UTC)</th>
          <th scope="col">Request</th>
          <th scope="col">Answer</th>
          <th scope="col" class="number">Took</th>
          <th scope="col">Key</th>
        </tr>
      </thead>
      <tbody>
        ${requests.map(
          ({ at, method, path, status, ms, key }) => html`
            <tr>
              <td data-label="Time (UTC)">${timeOf(at)}</td>
              <th scope="row"><code>${method} ${path}</code></th>
              <td data-label="Answer">${answerOf(status)}</td>
              <td data-label="Took" class="number">${ms} ms</td>
              <td data-label="Key">${key ?? none}</td>
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

function answerOf(status: number | null): Html {
  if (status === null) return chip('cut', 'bad');
  return chip(String(status), status < 400 ? 'good' : 'bad');
}
