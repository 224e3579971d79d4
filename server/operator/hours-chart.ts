import { renderTimePlot } from '../charts/time-plot.ts';
import { html, type Html } from '../pages/document.ts';
import type { Hour } from './figures.ts';
import { count, timeOf } from './parts.ts';

const [width, height] = [860, 240];
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
  const valuesOf = (of: 'delivered' | 'refused') => columns.map((column) => column[of]);
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
      ${renderTimePlot(
        {
          is: 'columns',
          title,
          unit: 'count',
          starts: columns.map(({ startMs }) => new Date(startMs).toISOString().slice(0, 16)),
          series: [
            { name: 'At rasa.io', tone: 'green', values: valuesOf('delivered') },
            { name: 'Refused', tone: 'grey', values: valuesOf('refused') },
          ],
          empty: 'No sign-ups in this time',
        },
        { x: 0, y: 0, width, height },
      )}
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
  </section>`;
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
