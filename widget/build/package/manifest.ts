import { readFileSync } from 'node:fs';
import * as analyzer from '@custom-elements-manifest/analyzer';
import type { CustomElement, Package } from 'custom-elements-manifest/schema.js';
import type ts from 'typescript';

/**
 * What the element's source says of itself in its JSDoc, as `custom-elements.json` has it: the one place in which
 * every attribute, property, event, part, slot and custom property is documented. The README's tables, the types for
 * frameworks and the editors' data are made from it.
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

/** The one element there is. */
export function elementOf(manifest: Package): CustomElement {
  const [element, ...others] = declarationsOf(manifest).filter(({ tagName }) => tagName !== undefined);
  if (!element || others.length > 0)
    throw new Error('widget/form/rasa-signup.ts does not say `@tag rasa-signup`.');
  return element;
}

/** The package's modules, and what they are made of. */
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

/** The analyzer lists private members too. */
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

/** Only classes are exported. */
function declarationsOf({ modules }: Package): CustomElement[] {
  return modules.flatMap(({ declarations = [] }) => declarations as CustomElement[]);
}
