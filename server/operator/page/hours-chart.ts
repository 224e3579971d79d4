import { svg } from 'lit';
import { html, type Html } from '../../pages/document.ts';
import type { Figures, Hour } from '../figures.ts';
import { clockOf, count, panel, timeOf } from './parts.ts';
import { plot, type Plot } from './plot.ts';

const hourMs = 60 * 60_000;
const mostColumns = 30;

/** Sign-ups by hour, or by so many hours that there are at most 30 columns, with the same as a table. */
export function renderHours({ hours, keyRefusals }: Pick<Figures, 'hours' | 'keyRefusals'>): Html {
  const each = Math.max(1, Math.ceil(hours.length / mostColumns));
  const columns = columnsOf(hours, each);
  const fromMs = columns[0]?.startMs ?? 0;
  const toMs = fromMs + columns.length * each * hourMs;
  const title =
    each === 1 ? 'Sign-ups by hour' : each === 24 ? 'Sign-ups by day' : `Sign-ups by ${each} hours`;
  const most = Math.max(0, ...columns.map((column) => column.delivered + column.waiting + column.refused));
  const total = sumOf(columns, 'delivered');
  const waiting = sumOf(columns, 'waiting');
  return panel({
    id: 'overview',
    title,
    figure: '',
    folds: false,
    look: 'chart hours',
    content: html`<p class="legend">
        <span class="of-rasa">At rasa.io</span><span class="of-waiting">Waiting</span
        ><span class="of-refused">Refused</span>
      </p>
      ${plot({
        label: `${title}: ${count(total)} reached rasa.io, ${count(waiting)} of these hours wait.`,
        fromMs,
        toMs,
        most,
        empty: most === 0 ? 'No sign-ups in this time' : undefined,
        draw: (at) => [
          hatching,
          columns.map((column) => drawColumn(column, at, each * hourMs)),
          keyRefusals.slice(-1).map(({ atMs }) => drawRefusal(atMs, at)),
        ],
      })}
      <details id="hours-table">
        <summary>Show as a table</summary>
        <table>
          <thead>
            <tr>
              <th>From, UTC</th>
              <th class="num">At rasa.io</th>
              <th class="num">Waiting</th>
              <th class="num">Refused</th>
            </tr>
          </thead>
          <tbody>
            ${columns.map(
              (column) =>
                html`<tr>
                  <th scope="row">${timeOf(column.startMs)}</th>
                  <td class="num" data-label="At rasa.io">${count(column.delivered)}</td>
                  <td class="num" data-label="Waiting">${count(column.waiting)}</td>
                  <td class="num" data-label="Refused">${count(column.refused)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </details>`,
  });
}

/** Told apart from the others without colours. */
const hatching = svg`<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"
  patternTransform="rotate(45)"><rect class="ground" width="6" height="6"></rect><rect class="line" width="3"
  height="6"></rect></pattern></defs>`;

function drawColumn({ startMs, delivered, waiting, refused }: Hour, at: Plot, widthMs: number) {
  const step = at.x(startMs + widthMs) - at.x(startMs);
  const gap = step * 0.26;
  const part = (look: string, from: number, value: number) =>
    value === 0
      ? ''
      : svg`<rect class=${look} rx="1.5" x=${`${at.x(startMs) + gap / 2}%`} y=${at.y(from + value)}
          width=${`${step - gap}%`} height=${at.y(from) - at.y(from + value)}></rect>`;
  return [
    part('of-rasa', 0, delivered),
    part('of-waiting', delivered, waiting),
    part('of-refused', delivered + waiting, refused),
  ];
}

/** Its words stand where there is room. */
function drawRefusal(atMs: number, at: Plot) {
  const x = at.x(atMs);
  const [dx, anchor] = x > 50 ? [-6, 'end'] : [6, 'start'];
  return svg`<line class="event" x1=${`${x}%`} x2=${`${x}%`} y1=${at.top - 8} y2=${at.bottom}></line>
    <text class="event" x=${`${x}%`} dx=${dx} y=${at.top - 8} text-anchor=${anchor}>${clockOf(atMs)} no working key</text>`;
}

function columnsOf(hours: readonly Hour[], each: number): readonly Hour[] {
  const columns: Hour[] = [];
  for (let from = 0; from < hours.length; from += each) {
    const part = hours.slice(from, from + each);
    columns.push({
      startMs: part[0]?.startMs ?? 0,
      delivered: sumOf(part, 'delivered'),
      waiting: sumOf(part, 'waiting'),
      refused: sumOf(part, 'refused'),
    });
  }
  return columns;
}

function sumOf(hours: readonly Hour[], of: 'delivered' | 'waiting' | 'refused'): number {
  return hours.reduce((total, hour) => total + hour[of], 0);
}
