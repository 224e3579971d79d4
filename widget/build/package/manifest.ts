import { readFileSync } from 'node:fs';
import * as analyzer from '@custom-elements-manifest/analyzer';
import type { CustomElement, Package } from 'custom-elements-manifest/schema.js';
import type ts from 'typescript';

/**
 * The element's JSDoc as a `custom-elements.json` manifest. It is the only place where attributes,
 * properties, events, parts, slots and custom properties are documented. The tables of docs/embedding.md, the
 * types for frameworks and the editors' data are generated from it.
 */
export function createManifest(): Package {
  const { create, ts } = analyzer as unknown as Analyzer;
  const modules = Object.entries(sources).map(([name, paths]) => {
    const text = paths.map((path) => readFileSync(path, 'utf8').replaceAll(/\.ts';$/gm, ".js';")).join('\n');
    return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  });
  const manifest = create({ modules, plugins: [omitPrivate()] });
  elementOf(manifest);
  return manifest;
}

/** The manifest's only element. Throws if there is none, or more than one. */
export function elementOf(manifest: Package): CustomElement {
  const [element, ...others] = declarationsOf(manifest).filter(({ tagName }) => tagName !== undefined);
  if (!element || others.length > 0)
    throw new Error('widget/form/rasa-signup.ts must have exactly one class with an `@tag`.');
  return element;
}

/** The package's modules and their source files. */
const sources = {
  'element.js': ['widget/form/events.ts', 'widget/form/rasa-signup.ts'],
  'index.js': ['widget/index.ts'],
};

interface Analyzer {
  readonly ts: typeof ts;
  readonly create: (options: {
    readonly modules: readonly ts.SourceFile[];
    readonly plugins: readonly unknown[];
  }) => Package;
}

/** Removes private members, which the analyzer lists too. */
function omitPrivate() {
  return {
    name: 'omit-private',
    packageLinkPhase({ customElementsManifest }: { readonly customElementsManifest: Package }): void {
      for (const declaration of declarationsOf(customElementsManifest))
        declaration.members =
          declaration.members?.filter(({ privacy = 'public' }) => privacy === 'public') ?? [];
    },
  };
}

/** The modules' classes; they export nothing else. */
function declarationsOf({ modules }: Package): CustomElement[] {
  return modules.flatMap(({ declarations = [] }) => declarations as CustomElement[]);
}
