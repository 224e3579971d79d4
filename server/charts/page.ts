import { html, renderDocument } from '../pages/document.ts';
import type { Chart } from './chart.ts';
import { drawable } from './ink.ts';
import { renderPicture } from './picture.ts';

/** What a person still looks through; a file is better for more. */
const mostRows = 1000;

/** A picture with its table, in one file: no script, and nothing that is loaded from elsewhere. */
export function renderChartPage(chart: Chart): string {
  const { title, subtitle, table } = chart;
  const rows = table.rows.slice(0, mostRows);
  const left = table.rows.length - rows.length;
  return renderDocument(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta
            http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'unsafe-inline'"
          />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          <meta name="color-scheme" content="light dark" />
          <title>${drawable(title)} · ${drawable(subtitle)}</title>
          <style>
            :root {
              color-scheme: light dark;
              --paper: #f7f6f2;
              --surface: #ffffff;
              --ink: #191e1c;
              --quiet: #565f5b;
              --line: #e0ddd4;
              font:
                16px/1.5 Inter,
                system-ui,
                -apple-system,
                'Segoe UI',
                Roboto,
                sans-serif;
            }
            @media (prefers-color-scheme: dark) {
              :root {
                --paper: #121615;
                --surface: #1a1f1d;
                --ink: #ecebe6;
                --quiet: #a7afaa;
                --line: #2e3532;
              }
            }
            body {
              margin: 0;
              background: var(--paper);
              color: var(--ink);
              font-variant-numeric: tabular-nums;
            }
            main {
              box-sizing: border-box;
              max-width: 1026px;
              margin: 0 auto;
              padding: 32px;
            }
            .panel {
              margin: 0 0 20px;
              overflow-x: auto;
              border: 1px solid var(--line);
              border-radius: 12px;
              background: var(--surface);
            }
            svg {
              display: block;
            }
            table {
              width: 100%;
              border-collapse: collapse;
              font-size: 15px;
            }
            caption {
              padding: 16px 20px;
              color: var(--quiet);
              font-size: 14px;
              text-align: start;
            }
            th,
            td {
              padding: 10px 12px;
              border-block-start: 1px solid var(--line);
              text-align: start;
              vertical-align: top;
            }
            thead th {
              color: var(--quiet);
              font-size: 14px;
              font-weight: 500;
            }
            th:first-child,
            td:first-child {
              padding-inline-start: 20px;
            }
            tbody th {
              font-weight: 600;
            }
            .word {
              min-width: 7em;
              max-width: 24em;
              overflow-wrap: anywhere;
            }
            .num {
              text-align: end;
              white-space: nowrap;
            }
            thead .num {
              white-space: normal;
            }
            @media (max-width: 640px) {
              main {
                padding: 16px;
              }
            }
            @media print {
              body {
                background: none;
              }
              tr {
                break-inside: avoid;
              }
            }
          </style>
        </head>
        <body>
          <main>
            <div class="panel" tabindex="0" role="group" aria-label="Picture">${renderPicture(chart)}</div>
            <div class="panel" tabindex="0" role="group" aria-label="Table">
              <table>
                <caption>
                  The figures of the picture. – stands for what is not known, which is not zero.
                  ${left > 0 ? `The first ${mostRows} rows; ${left} more are in --format csv.` : ''}
                </caption>
                <thead>
                  <tr>
                    ${table.columns.map(
                      ({ label, isNumber }) =>
                        html`<th scope="col" class=${isNumber ? 'num' : 'word'}>${label}</th>`,
                    )}
                  </tr>
                </thead>
                <tbody>
                  ${rows.map(
                    (row) =>
                      html`<tr>
                        ${row.map((cell, index) => {
                          const look = table.columns[index]?.isNumber === true ? 'num' : 'word';
                          if (index > 0) return html`<td class=${look}>${drawable(cell)}</td>`;
                          return html`<th scope="row" class=${look}>${drawable(cell)}</th>`;
                        })}
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>
          </main>
        </body>
      </html> `,
  );
}
