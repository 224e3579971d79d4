import { html, renderPage, type Html } from '../pages/document.ts';
import type { DescribedOperation, DescribedParameter, MediaType, OpenApi, Schema } from './document.ts';

interface PageOptions {
  readonly description: OpenApi;
  /** The path before the paths of the proxy, `PublicAddress.prefix`. */
  readonly prefix: string;
}

/** The description as a page: everything in it is from the document, and nothing needs a script. */
export function renderDocs({ description, prefix }: PageOptions): string {
  const { info, tags, paths } = description;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = tags.map((tag) => ({
    ...tag,
    operations: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  return renderPage({
    prefix,
    title: `HTTP API · ${info.title}`,
    lang: 'en',
    styles: ['/pages/docs.css'],
    header: html`<header class="top">
      <strong>${info.title}</strong>
      <a href=${`${prefix}/openapi.json`}>openapi.json</a>
    </header>`,
    main: html`<h1>HTTP API</h1>
      <p>${proseOf(info.description)}</p>
      <nav aria-label="Routes">
        ${groups.map(
          ({ name, operations: own }) =>
            html`<h2>${titleOf(name)}</h2>
              <ul>
                ${own.map(
                  ({ path, method, operation }) =>
                    html`<li>
                      <a href=${`#${operation.operationId}`}
                        ><b class="method">${method.toUpperCase()}</b><code>${breakable(path)}</code></a
                      >
                      <span>${proseOf(operation.summary)}</span>
                    </li>`,
                )}
              </ul>`,
        )}
      </nav>
      ${groups.map(
        ({ name, description: about, operations: own }) =>
          html`<section class="group">
            <h2 id=${name}>${titleOf(name)}</h2>
            <p>${about}</p>
            ${own.map(renderOperation)}
          </section>`,
      )}
      <section class="group">
        <h2 id="problem">Problem</h2>
        <p>Every problem has these members (RFC 9457).</p>
        ${renderSchema(description.components.schemas['Problem'] ?? {})}
      </section>`,
  });
}

interface Shown {
  readonly path: string;
  readonly method: string;
  readonly operation: DescribedOperation;
}

function renderOperation({ path, method, operation }: Shown): Html {
  const {
    operationId,
    summary,
    description: about,
    parameters,
    requestBody,
    responses,
    security,
  } = operation;
  const scopes = security.flatMap((each) => Object.values(each).flat());
  return html`<article aria-labelledby=${operationId}>
    <h3 id=${operationId}><b class="method">${method.toUpperCase()}</b><code>${breakable(path)}</code></h3>
    <p>${proseOf(summary)}.${about === undefined ? '' : [' ', proseOf(about)]}</p>
    ${scopes.length > 0 ? html`<p class="quiet">Scope: <code>${scopes.join(', ')}</code></p>` : ''}
    ${(operation['x-codeSamples'] ?? []).map(
      ({ label, source }) =>
        html`<figure>
          <figcaption>${label}</figcaption>
          <pre tabindex="0"><code>${source}</code></pre>
        </figure>`,
    )}
    ${parameters ? renderParameters(parameters) : ''}
    ${
      requestBody
        ? html`<section>
            <h4>Body: ${Object.keys(requestBody.content).map((media) => html`<code>${media}</code> `)}</h4>
            ${renderBodies(requestBody.content)}
          </section>`
        : ''
    }
    <h4>Answers</h4>
    <dl>
      ${Object.entries(responses).map(
        ([status, response]) =>
          html`<dt>
              <b>${status}</b>
              ${Object.keys(response.content ?? {}).map((media) => html`<code>${media}</code> `)}
            </dt>
            <dd>
              ${response.description.split('\n\n').map((line) => html`<p>${proseOf(line)}</p>`)}
              ${Number(status) < 300 ? renderBodies(response.content ?? {}) : ''}
            </dd>`,
      )}
    </dl>
  </article>`;
}

function renderParameters(parameters: readonly DescribedParameter[]): Html {
  return html`<section>
    <h4>Parameters</h4>
    <dl>
      ${parameters.map(
        ({ name, in: place, required, description = '', schema }) =>
          html`<dt>
              <code>${name}</code> <span>${place}, ${typeOf(schema)}${required ? ', required' : ''}</span>
            </dt>
            <dd>${proseOf(description)}</dd>`,
      )}
    </dl>
  </section>`;
}

/** The bodies that are not pages. The same fields in two media types are shown once. */
function renderBodies(content: Readonly<Record<string, MediaType>>): readonly Html[] {
  const shown = Object.entries(content).filter(([media]) => !media.startsWith('text/'));
  const isNew = ([, { schema }]: [string, MediaType], index: number) =>
    !shown.slice(0, index).some(([, before]) => JSON.stringify(before.schema) === JSON.stringify(schema));
  return shown
    .filter(isNew)
    .map(
      ([, { schema, example }]) =>
        html`<div>
          ${renderSchema(schema)}
          ${
            example === undefined || typeof example === 'string'
              ? ''
              : html`<pre tabindex="0"><code>${JSON.stringify(example, null, 2)}</code></pre>`
          }
        </div>`,
    );
}

/** The members of an object, or of each that it may be. */
function renderSchema(schema: Schema): readonly Html[] {
  return variantsOf(schema).filter(hasMembers).map(renderObject);
}

function renderObject(schema: Schema): Html {
  const properties = membersOf(schema);
  const required = (schema['required'] ?? []) as readonly string[];
  const nested = properties
    .flatMap(([, property]) => [property, (property['items'] ?? {}) as Schema])
    .filter((property) => variantsOf(property).some(hasMembers));
  return html`<details>
    <summary>${properties.map(([name]) => name).join(', ')}</summary>
    ${typeof schema['description'] === 'string' ? html`<p>${proseOf(schema['description'])}</p>` : ''}
    <dl>
      ${properties.map(
        ([name, property]) =>
          html`<dt>
              <code>${name}</code>
              <span>${typeOf(property)}${required.includes(name) ? '' : ', optional'}</span>
            </dt>
            <dd>${proseOf(typeof property['description'] === 'string' ? property['description'] : '')}</dd>`,
      )}
    </dl>
    ${nested.map(renderSchema)}
  </details>`;
}

function membersOf(schema: Schema): readonly [string, Schema][] {
  return Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>);
}

function hasMembers(schema: Schema): boolean {
  return membersOf(schema).length > 0;
}

function variantsOf(schema: Schema): readonly Schema[] {
  const several = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  return several ?? [schema];
}

/** `text`, `integer or null`, `one of a, b`. */
function typeOf(schema: Schema): string {
  const { type, enum: values, const: value, items, format, maxLength } = schema;
  if (Array.isArray(values)) return `one of ${values.map(String).join(', ')}`;
  if (value !== undefined) return JSON.stringify(value);
  const variants = variantsOf(schema);
  if (variants.length > 1) return [...new Set(variants.map(typeOf))].join(' or ');
  if (Array.isArray(type)) return type.map((name) => wordOf(String(name))).join(' or ');
  if (type === 'array') return `list of ${typeOf((items ?? {}) as Schema)}`;
  const word = wordOf(typeof type === 'string' ? type : 'anything');
  if (typeof format === 'string') return `${word} (${format})`;
  return typeof maxLength === 'number' ? `${word} of up to ${maxLength} characters` : word;
}

function wordOf(type: string): string {
  return type === 'string' ? 'text' : type;
}

function titleOf(tag: string): string {
  return tag.slice(0, 1).toUpperCase() + tag.slice(1);
}

/** Text with `code` in backticks, as the document's descriptions have it. */
function proseOf(text: string): (Html | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** Long paths break behind their slashes on a narrow screen. */
function breakable(path: string): Html[] {
  return path.split(/(?<=\/)/).map((part) => html`<span>${part}</span><wbr />`);
}
