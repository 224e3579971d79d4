import type { BuilderSetup } from '../../../shared/builder.ts';
import type { FormDefinition } from '../../../shared/form.ts';
import { textNames, type Design } from '../design.ts';
import { attributesOf, createElement, createOpener, createPlainForm, createSlotted } from './markup.ts';
import { roomOf, styleElement, styleFallback, stylePlainForm, type Heights } from './style-rules.ts';
import { snippetKinds, type SnippetKind } from '../view.ts';
import { writeHtml } from './write-html.ts';
import { writeJsx } from './write-jsx.ts';

export interface SnippetOptions {
  readonly kind: SnippetKind;
  readonly design: Design;
  readonly setup: BuilderSetup;
  /** In the design's language, else in the builder's. */
  readonly definition: FormDefinition;
  /** `undefined` until they are known; then no room is reserved. */
  readonly heights: Heights | undefined;
}

/** Writes the code that a marketer pastes. */
export function writeSnippet(options: SnippetOptions): string {
  switch (options.kind) {
    case 'element':
      return writeHtml(elementNodes(options, plainScript(options)));
    case 'script':
      return writeHtml(scriptNodes(options));
    case 'html':
      return writeHtml(plainNodes(options));
    case 'react':
      return writeComponent(options);
    case 'wordpress':
      return `<!-- wp:html -->\n${writeHtml(elementNodes(options, plainScript(options)))}\n<!-- /wp:html -->`;
    case 'pinned':
      return writeHtml(elementNodes(options, pinnedScript(options)));
  }
}

/**
 * The kinds of snippet that carry the design, the shortest first. A script tag has no children for texts, and
 * a form without script opens nothing.
 */
export function kindsFor(design: Design): readonly SnippetKind[] {
  const hasTexts = textNames.some((name) => design[name].trim() !== '');
  return snippetKinds.filter((kind) => {
    if (kind === 'script') return !hasTexts;
    return kind !== 'html' || design.display === 'inline';
  });
}

/** The kind that was chosen, or the shortest. */
export function kindOf(design: Design, chosen: SnippetKind | ''): SnippetKind {
  const kinds = kindsFor(design);
  return kinds.find((kind) => kind === chosen) ?? kinds[0] ?? 'element';
}

/**
 * A document for nodes that are only written out. It is separate from the page and not HTML, so that nothing
 * in it loads, runs or is styled.
 */
const paper = () => document.implementation.createDocument(null, '');

function elementNodes(options: SnippetOptions, script: HTMLElement): readonly Node[] {
  return [...styleNodes(options), createWidget(options), script];
}

function createWidget({ design, setup, definition }: SnippetOptions): HTMLElement {
  const document = paper();
  const src = `${setup.proxy}/forms/${encodeURIComponent(design.form)}`;
  const action = design.lang === '' ? src : `${src}?lang=${encodeURIComponent(design.lang)}`;
  return createElement(
    document,
    'rasa-signup',
    { src, ...attributesOf(design) },
    ...createSlotted(document, design),
    design.display === 'inline'
      ? createPlainForm(document, definition, { action, design })
      : createOpener(document, definition, { href: action, opener: design.opener }),
  );
}

function scriptNodes(options: SnippetOptions): readonly Node[] {
  const { design, setup, heights } = options;
  const css = styleElement(design, undefined);
  const data = Object.entries(attributesOf(design)).map(([name, value]) => [`data-${name}`, value] as const);
  return [
    ...(css === '' ? [] : [createElement(paper(), 'style', {}, css)]),
    createElement(paper(), 'script', {
      async: true,
      src: `${setup.proxy}/embed.js`,
      'data-form': design.form,
      ...Object.fromEntries(data),
      // The script passes its room on to the form.
      style: roomOf(design, heights),
    }),
  ];
}

function plainNodes({ design, setup, definition }: SnippetOptions): readonly Node[] {
  const document = paper();
  const lang = design.lang && `?lang=${encodeURIComponent(design.lang)}`;
  const form = createPlainForm(document, definition, {
    action: `${setup.proxy}/forms/${encodeURIComponent(design.form)}${lang}`,
    design,
    attributes: { class: 'signup-form' },
  });
  return [createElement(document, 'style', {}, stylePlainForm(design)), form];
}

/**
 * For every React version with hooks. From version 19 on it could be a script element, but older ones do not
 * run that.
 */
function writeComponent(options: SnippetOptions): string {
  const nodes = [...styleNodes(options), createWidget(options)];
  return `import { useEffect } from 'react';

const src = ${JSON.stringify(`${options.setup.proxy}/embed.js`)};

export function NewsletterForm() {
  useEffect(() => {
    if (document.querySelector(\`script[src="\${src}"]\`)) return;
    const script = document.createElement('script');
    script.src = src;
    script.async = true;
    document.head.append(script);
  }, []);

  return (
    <>
${writeJsx(nodes, '      ')}
    </>
  );
}`;
}

function styleNodes({ design, heights }: SnippetOptions): readonly Node[] {
  const css = [styleElement(design, heights), styleFallback(design)].filter(Boolean).join('\n');
  return [createElement(paper(), 'style', {}, css)];
}

function plainScript({ setup }: SnippetOptions): HTMLElement {
  return createElement(paper(), 'script', { async: true, src: `${setup.proxy}/embed.js` });
}

function pinnedScript({ setup }: SnippetOptions): HTMLElement {
  const { path, integrity } = setup.pinned;
  return createElement(paper(), 'script', {
    async: true,
    src: `${setup.proxy}${path}`,
    integrity,
    crossorigin: 'anonymous',
  });
}
