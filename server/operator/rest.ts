import { html, type Html } from '../pages/document.ts';
import type { Figures } from './figures.ts';
import { chip, count, timeOf } from './parts.ts';
import type { OperatorState } from './verdict.ts';

export function renderRefused({ refused }: OperatorState): Html {
  return html`<section class="panel">
    <header><h2>Refused, by reason</h2></header>
    ${
      refused.length === 0
        ? html`<p class="empty">Nobody, since this process was started.</p>`
        : html`<table>
            <thead>
              <tr>
                <th>Answer</th>
                <th class="num">Refused</th>
                <th class="num">Got in later</th>
              </tr>
            </thead>
            <tbody>
              ${refused.map(
                (one) =>
                  html`<tr>
                    <th scope="row">${one.code}</th>
                    <td class="num" data-label="Refused">${count(one.count)}</td>
                    <td class="num" data-label="Got in later">${count(one.gotIn)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;
}

export function renderRest(
  { state: { survival }, webhooks, tokens, lastImport }: Figures,
  version: string,
): Html {
  const failing = webhooks.filter(({ isActive, failures }) => !isActive || failures > 0);
  const isWhole = survival.archived === 0;
  return html`<section class="panel">
    <header><h2>Everything else</h2></header>
    <div class="rest">
      ${card(
        'Still there after the night',
        isWhole ? chip('All', 'good') : chip(`${count(survival.archived)} archived`, 'warn'),
        `${count(survival.delivered - survival.archived)} of ${count(survival.delivered)} sign-ups of the last 30 days are not archived.`,
      )}
      ${card(
        'Imports',
        chip(lastImport ? `${count(lastImport.rows)} rows` : 'None', 'off'),
        lastImport
          ? `Last: ${timeOf(lastImport.changedMs)}, ${count(lastImport.stored)} stored.`
          : 'None in the last 30 days.',
      )}
      ${card(
        'Webhooks',
        failing.length > 0 ? chip(`${failing.length} failing`, 'warn') : chip(String(webhooks.length), 'off'),
        webhooks
          .map(({ host, isActive, failures }) => `${host} ${isActive ? `${failures} failed` : 'disabled'}`)
          .join('; '),
      )}
      ${card('Tokens', chip(String(tokens.length), 'off'), tokens.join(', '))}
      ${card('Set-up', chip(version, 'off'), 'rasa-signup doctor runs all checks.')}
    </div>
  </section>`;
}

function card(title: string, state: Html, about: string): Html {
  return html`<div>
    <h3>${title}</h3>
    ${state}
    <p>${about}</p>
  </div>`;
}
