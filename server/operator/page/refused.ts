import { html as hydratable, svg } from 'lit';
import { html, type Html } from '../../pages/document.ts';
import { fastestPersonMs } from '../../signup/bot-signals.ts';
import type { Figures } from '../figures.ts';
import type { Nearest, RefusedByRule } from '../refusals.ts';
import { count, icon, ownCount, panel } from './parts.ts';

/** What was refused, by rule, and how near those that were accepted came to it. */
export function renderRefused(figures: Figures): Html {
  const { refused, nearest, startedMs, state } = figures;
  const total = refused.reduce((sum, { count }) => sum + count, 0);
  const content =
    refused.length === 0
      ? html`<p class="empty">${icon('tick')} Nobody.</p>`
      : html`<table>
          <thead>
            <tr>
              <th>Rule</th>
              <th class="num">Refused</th>
              <th class="num">Got in later</th>
              <th>Nearest miss of the others</th>
            </tr>
          </thead>
          <tbody>
            ${refused.map(
              (one) =>
                html`<tr>
                  <th scope="row">${wordsOf(one)}</th>
                  <td class="num" data-label="Refused">${count(one.count)}</td>
                  <td class="num" data-label="Got in later">${count(one.gotIn)}</td>
                  <td data-label="Nearest miss">${missOf(one, nearest)}</td>
                </tr>`,
            )}
          </tbody>
        </table>`;
  return panel({
    id: 'refused',
    title: html`Refused<span class="wide">, by rule</span>`,
    figure: count(total),
    content: html`${content} ${ownCount('All refusals on this page are', { startedMs, nowMs: state.nowMs })}`,
  });
}

const words: Readonly<Record<string, string>> = {
  'rate_limited network': 'Too many from one network',
  'rate_limited requests': 'Too many requests from one network',
  'rate_limited address': 'Too many with one address',
  'rate_limited form': 'Too many with one form',
  'rate_limited service': 'Too many in all',
  rate_limited: 'Too many',
  'bot_suspected no proof': 'Sent without proof of work',
  'bot_suspected used proof': 'Proof of work used before',
  'bot_suspected expired proof': 'Proof of work too old',
  bot_suspected: 'Looked like a robot',
  'invalid disposable': 'Disposable address',
  'invalid not_ascii': 'Address with other letters than a to z',
  'invalid missing': 'A field was empty',
  'invalid malformed': 'A field was mistyped',
  'invalid too_long': 'A field was too long',
  'invalid unknown': 'A field that the form does not have',
  origin_refused: 'Page not on the list',
  malformed: 'Not readable',
  unsupported: 'Sent in another format',
  too_large: 'Too large',
  no_such_form: 'No such form',
  unavailable: 'The database did not answer',
  internal: 'A fault of the proxy',
};

function wordsOf({ code, rule }: RefusedByRule): string {
  const whole = words[`${code} ${rule}`];
  if (whole !== undefined) return whole;
  const general = words[code] ?? code;
  return rule === '' ? general : `${general}: ${rule}`;
}

/** Nothing where nobody was measured. */
function missOf({ code, rule }: RefusedByRule, { quota, ageMs }: Nearest): Html | string {
  if (code === 'rate_limited' && rule === 'network' && quota) {
    return miss(
      `${count(quota.used)} of ${count(quota.limit)} ${windowOf(quota.windowS)}`,
      quota.used / quota.limit,
    );
  }
  if (rule.includes('faster than people') && ageMs !== undefined) {
    return miss(`${(ageMs / 1000).toFixed(1)} s`, Math.min(1, fastestPersonMs / Math.max(1, ageMs)));
  }
  return html`<span class="none">none</span>`;
}

function miss(text: string, share: number): Html {
  return hydratable`<span class="miss"
    >${text}<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<rect class="rest" width="100" height="8"></rect>
        <rect class="near" width=${Math.round(Math.min(1, share) * 100)} height="8"></rect>`}
    </svg></span
  >` as Html;
}

function windowOf(seconds: number): string {
  const unit = (
    [
      [86_400, 'day'],
      [3600, 'hour'],
      [60, 'minute'],
    ] as const
  ).find(([size]) => seconds % size === 0);
  if (!unit) return `in ${count(seconds)} s`;
  const [size, name] = unit;
  return seconds === size ? `${name === 'hour' ? 'an' : 'a'} ${name}` : `in ${seconds / size} ${name}s`;
}
