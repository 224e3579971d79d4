import { area, line } from 'd3-shape';
import { svg } from 'lit';
import type { CallsAt } from '../../accounts/call-times.ts';
import { html, type Html } from '../../pages/document.ts';
import type { Figures } from '../figures.ts';
import { count, ownCount, panel, timeOf } from './parts.ts';
import { plot, plotHeight, type Plot } from './plot.ts';

type Answered = CallsAt & { readonly halfMs: number; readonly mostMs: number };

/** How fast rasa.io answered this process, with the same as a table. Times without a call are gaps. */
export function renderTimes({ calls, callsEveryMs: everyMs, state, startedMs }: Figures): Html {
  const sorted = calls.toSorted((a, b) => a.startMs - b.startMs);
  const answered = sorted.filter(isAnswered);
  const failed = sorted.filter(({ answers, failures }) => answers === 0 && failures > 0);
  const last = sorted.at(-1);
  const toMs = Math.ceil(state.nowMs / everyMs) * everyMs;
  const fromMs = Math.min(sorted[0]?.startMs ?? toMs - 48 * everyMs, toMs - 48 * everyMs);
  const half = answered.at(-1)?.halfMs;
  return panel({
    id: 'times',
    title: html`Response time<span class="wide"> of rasa.io, ms</span>`,
    figure: last?.answers === 0 ? 'no answers' : half === undefined ? 'no calls' : `${inMs(half)} ms`,
    look: 'chart times',
    content: html`<p class="legend">
        <span class="of-half">Half are faster</span><span class="of-most">95 % are faster</span>
      </p>
      ${plot({
        label:
          half === undefined
            ? 'Response time of rasa.io: no answers in this time.'
            : `Response time of rasa.io: half of the answers of the last calls came within ${inMs(half)} ms.`,
        fromMs,
        toMs,
        most: Math.max(0, ...answered.map(({ mostMs }) => mostMs)),
        empty: sorted.length === 0 ? 'No calls in this time' : undefined,
        draw: (at) => [
          runsOf(answered, everyMs).map((run) => drawRun(run, at, everyMs)),
          runsOf(failed, everyMs).map((run) => drawFailures(run, at, everyMs)),
        ],
      })}
      ${ownCount('Calls are', { startedMs, nowMs: state.nowMs })}
      <details id="times-table">
        <summary>Show as a table</summary>
        <table>
          <thead>
            <tr>
              <th>From, UTC</th>
              <th class="num">Half are faster than</th>
              <th class="num">95 % are faster than</th>
              <th class="num">Failed</th>
            </tr>
          </thead>
          <tbody>
            ${sorted.map(
              ({ startMs, halfMs, mostMs, failures }) =>
                html`<tr>
                  <th scope="row">${timeOf(startMs)}</th>
                  <td class="num" data-label="Half">${halfMs === undefined ? '–' : `${inMs(halfMs)} ms`}</td>
                  <td class="num" data-label="95 %">${mostMs === undefined ? '–' : `${inMs(mostMs)} ms`}</td>
                  <td class="num" data-label="Failed">${count(failures)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </details>`,
  });
}

function isAnswered(call: CallsAt): call is Answered {
  return call.halfMs !== undefined && call.mostMs !== undefined;
}

/** Intervals that follow each other. */
function runsOf<T extends CallsAt>(calls: readonly T[], everyMs: number): readonly (readonly T[])[] {
  const runs: T[][] = [];
  for (const call of calls) {
    const run = runs.at(-1);
    if (run && call.startMs - (run.at(-1)?.startMs ?? 0) <= everyMs) run.push(call);
    else runs.push([call]);
  }
  return runs;
}

/** Each interval is as wide as it lasts, so that one alone is seen too. */
function drawRun(run: readonly Answered[], at: Plot, everyMs: number) {
  const [first, last] = [run[0], run.at(-1)];
  if (!first || !last) return '';
  const points = [
    { ...first, atMs: first.startMs },
    ...run.map((call) => ({ ...call, atMs: call.startMs + everyMs / 2 })),
    { ...last, atMs: last.startMs + everyMs },
  ];
  type Point = (typeof points)[number];
  const x = ({ atMs }: Point) => at.x(atMs);
  const most = area<Point>(x, at.bottom, ({ mostMs }) => at.y(mostMs));
  const half = line<Point>(x, ({ halfMs }) => at.y(halfMs));
  // A path has no per cents: it is drawn in a box of its own, which is stretched.
  return svg`<svg width="100%" height=${plotHeight} viewBox=${`0 0 100 ${plotHeight}`} preserveAspectRatio="none">
    <path class="of-most" d=${most(points) ?? ''}></path>
    <path class="of-half" d=${half(points) ?? ''}></path>
  </svg>`;
}

function drawFailures(run: readonly CallsAt[], at: Plot, everyMs: number) {
  const [from, to] = [at.x(run[0]?.startMs ?? 0), at.x((run.at(-1)?.startMs ?? 0) + everyMs)];
  const status = run.at(-1)?.lastFailure ?? 0;
  const words = status === 0 ? 'no answers' : `no answers counted: ${status}`;
  const [x, dx, anchor] = from > 50 ? [from, -6, 'end'] : [to, 6, 'start'];
  return svg`<rect class="failures" x=${`${from}%`} y=${at.top} width=${`${to - from}%`}
      height=${at.bottom - at.top}></rect>
    <text class="event" x=${`${x}%`} dx=${dx} y=${at.top - 8} text-anchor=${anchor}>${words}</text>`;
}

function inMs(ms: number): string {
  return count(Math.round(ms));
}
