import { html, svg } from 'lit';
import type { Html } from '../pages/document.ts';
import type { Hour } from './figures.ts';
import { count, timeOf } from './parts.ts';

const [width, height, left, top, bottom] = [860, 240, 48, 16, 30];
const mostColumns = 30;

interface Column {
  readonly startMs: number;
  readonly delivered: number;
  readonly refused: number;
}

/** Sign-ups by hour, or by so many hours that there are at most 30 columns, with the same as a table. */
export function renderHours(hours: readonly Hour[]): Html {
  const each = Math.ceil(hours.length / mostColumns);
  const columns = columnsOf(hours, each);
  const title =
    each === 1 ? 'Sign-ups by hour' : each === 24 ? 'Sign-ups by day' : `Sign-ups by ${each} hours`;
  const most = Math.max(...columns.map(({ delivered, refused }) => delivered + refused));
  const ceiling = ceilingOf(most);
  const y = (value: number) => height - bottom - (value / ceiling) * (height - top - bottom);
  const step = (width - left) / columns.length;
  const total = columns.reduce((sum, { delivered }) => sum + delivered, 0);
  return html`<section class="panel chart">
    <header>
      <h2>${title}</h2>
      <p class="legend"><span class="of-rasa">At rasa.io</span><span class="of-refused">Refused</span></p>
    </header>
    <svg
      viewBox=${`0 0 ${width} ${height}`}
      role="img"
      aria-label=${`${title}: ${count(total)} reached rasa.io.`}
    >
      ${[0, 0.5, 1].map(
        (part) => svg`<path class="grid" d=${`M${left} ${y(part * ceiling)}H${width}`}></path>
          <text x=${left - 8} y=${y(part * ceiling) + 5} text-anchor="end">${count(part * ceiling)}</text>`,
      )}
      ${columns.map(({ startMs, delivered, refused }, index) => {
        const x = left + index * step;
        const isNamed = index % Math.ceil(columns.length / 6) === 0;
        return svg`<rect class="of-rasa" rx="1.5" x=${x + 2} y=${y(delivered)} width=${step - 4}
            height=${height - bottom - y(delivered)}></rect>
          <rect class="of-refused" rx="1.5" x=${x + 2} y=${y(delivered + refused)} width=${step - 4}
            height=${y(delivered) - y(delivered + refused)}></rect>
          ${isNamed ? svg`<text x=${x + step / 2} y=${height - 6} text-anchor="middle">${labelOf(startMs, each)}</text>` : ''}`;
      })}
      ${most === 0 ? svg`<text x=${width / 2} y=${height / 2} text-anchor="middle">No sign-ups in this time</text>` : ''}
    </svg>
    <details id="hours">
      <summary>Show as a table</summary>
      <table>
        <thead>
          <tr>
            <th>From, UTC</th>
            <th class="num">At rasa.io</th>
            <th class="num">Refused</th>
          </tr>
        </thead>
        <tbody>
          ${columns.map(
            ({ startMs, delivered, refused }) =>
              html`<tr>
                <th scope="row">${timeOf(startMs)}</th>
                <td class="num" data-label="At rasa.io">${count(delivered)}</td>
                <td class="num" data-label="Refused">${count(refused)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </section>` as Html;
}

function columnsOf(hours: readonly Hour[], each: number): readonly Column[] {
  const columns: Column[] = [];
  for (let from = 0; from < hours.length; from += each) {
    const part = hours.slice(from, from + each);
    const sum = (of: 'delivered' | 'refused') => part.reduce((total, hour) => total + hour[of], 0);
    columns.push({ startMs: part[0]?.startMs ?? 0, delivered: sum('delivered'), refused: sum('refused') });
  }
  return columns;
}

/** A round number whose half is one too. */
function ceilingOf(most: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [2, 4, 6, 8, 10, 20].map((step) => step * magnitude).find((value) => value >= most) ?? 2;
}

function labelOf(startMs: number, each: number): string {
  const [day = '', time = ''] = timeOf(startMs).split(', ');
  return each < 24 && each > 1 ? timeOf(startMs) : each === 1 ? time : day;
}
