import { html, svg } from 'lit';
import type { Html } from '../../pages/document.ts';
import type { FunnelFigures } from '../figures.ts';
import { count, panel } from './parts.ts';

/** The way of visitors, each step as a part of the one before. */
export function renderFunnel(figures: FunnelFigures): Html {
  const { from, seen, started, sent, accepted, confirmed, delivered } = figures;
  const steps = [
    ['Form seen', seen],
    ['Started', started],
    ['Sent', sent],
    ['Accepted', accepted],
    ...(confirmed > 0 ? [['Confirmed', confirmed] as const] : []),
    ['At rasa.io', delivered],
  ] as const;
  const most = Math.max(1, ...steps.slice(1).map(([, value]) => value));
  return panel({
    id: 'funnel',
    title: 'From form to rasa.io',
    figure: '',
    folds: false,
    look: 'funnel',
    content: html`<table>
        <tbody>
          ${steps.map(
            ([name, value], index) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td class="bar">
                  ${
                    index === 0
                      ? ''
                      : html`<svg viewBox="0 0 100 18" preserveAspectRatio="none" aria-hidden="true">
                          ${svg`<rect class="rest" width="100" height="18"></rect>
                            <rect class="of-rasa" width=${(value / most) * 100} height="18"></rect>`}
                        </svg>`
                  }
                </td>
                <td class="num">${count(value)}</td>
                <td class="num share">${index === 0 ? '' : shareOf(value, steps[index - 1]?.[1] ?? 0)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      <p class="note">Each per cent is of the line above. Whole days since ${from}, UTC.</p>` as Html,
  });
}

function shareOf(value: number, before: number): string {
  if (before === 0) return '–';
  const share = (value / before) * 100;
  return `${share < 100 && share > 99 ? share.toFixed(1) : Math.round(share)} %`;
}
