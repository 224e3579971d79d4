import { html, type Html } from '../../pages/document.ts';
import { faultExamples } from '../control/fault-examples.ts';
import type { FaultsIssue } from '../control/fault-schema.ts';
import { variantNames, variants, type Variants } from '../control/variants.ts';
import { heading, renderSandboxPage } from './frame.ts';

interface FaultsView {
  /** Without settings. */
  readonly faults: object;
  /** With settings: what `PUT /sandbox/faults` answers. */
  readonly shown: object;
  readonly chosen: Variants;
  /** What was wrong with the JSON that was sent, which is shown again. */
  readonly issues?: readonly FaultsIssue[];
  readonly sent?: string;
}

/** Faults by click, the variants, and the whole as JSON. */
export function faultsPage({ faults, shown, chosen, issues = [], sent }: FaultsView): string {
  return renderSandboxPage({
    title: 'Faults',
    path: '/faults',
    faults,
    main: html`
      ${heading(
        'Faults',
        'What rasa.io may do on a bad day, and the points where it may answer otherwise.',
        html`<form method="post" action="/faults/off"><button class="danger">Switch all off</button></form>`,
      )}
      <section class="panel">
        <ul class="faults">
          ${faultExamples.map(([json, about], index) => example(json, about, index))}
        </ul>
      </section>
      <section class="panel padded" aria-labelledby="json">
        <h2 id="json">As JSON</h2>
        <form method="post" action="/faults" class="stack">
          <label for="faults-json">All faults and settings; this replaces the faults</label>
          <textarea
            id="faults-json"
            name="json"
            rows="8"
            spellcheck="false"
            aria-invalid=${issues.length > 0 ? 'true' : 'false'}
            aria-describedby="faults-issues"
          >
${sent ?? JSON.stringify(shown, null, 2)}</textarea>
          <div id="faults-issues">
            ${
              issues.length === 0
                ? ''
                : html`<ul class="wrong">
                    ${issues.map(({ path, wanted }) => html`<li>${path || 'The whole'}: wanted is ${wanted}</li>`)}
                  </ul>`
            }
          </div>
          <button>Replace</button>
        </form>
      </section>
      <section class="panel padded" aria-labelledby="variants">
        <h2 id="variants">Variants</h2>
        <p class="quiet">
          Where sources about rasa.io differ, or none says. The first choice is what its real clients expect.
        </p>
        <form method="post" action="/faults/variants" class="stack">
          <div class="variants">${variantNames.map((name) => variant(name, chosen[name]))}</div>
          <button>Use these</button>
        </form>
      </section>
    `,
  });
}

function example(json: string, about: string, index: number): Html {
  return html`<li>
    <div>
      <code>${json}</code>
      <p class="quiet">${plain(about)}</p>
    </div>
    <form method="post" action="/faults/example">
      <input type="hidden" name="example" value=${index} />
      <button class="plain" aria-label=${`Switch on ${json}`}>Switch on</button>
    </form>
  </li>`;
}

function variant(name: keyof Variants, chosen: string | number): Html {
  const { values, about } = variants[name];
  return html`<div>
    <label for=${`variant-${name}`}>${name}</label>
    <select id=${`variant-${name}`} name=${name} aria-describedby=${`about-${name}`}>
      ${values.map((value) => html`<option value=${value} ?selected=${value === chosen}>${value}</option>`)}
    </select>
    <p class="quiet" id=${`about-${name}`}>${plain(about)}</p>
  </div>`;
}

/** The texts are those of the documentation, without its links and code marks. */
function plain(text: string): string {
  return text.replaceAll(/,? see \[[^\]]*\]\([^)]*\)/g, '').replaceAll('`', '');
}
