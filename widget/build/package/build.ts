import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CustomElement } from 'custom-elements-manifest/schema.js';
import { getVsCodeCssCustomData, getVsCodeHtmlCustomData } from 'custom-element-vs-code-integration';
import { createManifest, elementOf } from './manifest.ts';

/**
 * `npm run build:package`: adds to the modules in `dist/package/` everything else that the npm package needs.
 * The root package is the proxy, with all of the server's dependencies. Sites that install the element get
 * only this folder, and lit.
 */
const outDir = 'dist/package';
/** In a scope of our own, so that others cannot take its names. */
const packageName = '@rasa-signup/widget';
/** Where `tsc --build` writes the declarations of the widget and of the shared contract. */
const declarations = { widget: 'node_modules/.cache/widget-types', shared: 'dist/shared' };

interface RootPackage {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

mkdirSync(outDir, { recursive: true });
const root = JSON.parse(readFileSync('package.json', 'utf8')) as RootPackage;
const manifest = createManifest();
const element = elementOf(manifest);

write('custom-elements.json', JSON.stringify(manifest, null, 2));
// The library has its own type for the same format.
const described = manifest as unknown as Parameters<typeof getVsCodeHtmlCustomData>[0];
write('vscode.html-custom-data.json', getVsCodeHtmlCustomData(described, { hideLogs: true }));
write('vscode.css-custom-data.json', getVsCodeCssCustomData(described, { hideLogs: true }));
write('attributes.d.ts', attributeTypes(element));
for (const framework of ['react', 'vue', 'svelte'])
  cpSync(`widget/build/package/types/${framework}.d.ts`, join(outDir, `${framework}.d.ts`));
copyDeclarations(join(declarations.widget, 'index.d.ts'), new Set());
cpSync('LICENSE', join(outDir, 'LICENSE'));
write('README.md', packageReadme(readFileSync('docs/embedding.md', 'utf8')));
write('package.json', JSON.stringify(packageJson(root), null, 2));

function packageJson({ version, description, license, dependencies }: RootPackage): unknown {
  const module = (file: string) => ({ types: `./${file}.d.ts`, default: `./${file}.js` });
  const types = (file: string) => ({ types: `./${file}.d.ts` });
  const data = ['custom-elements.json', 'vscode.html-custom-data.json', 'vscode.css-custom-data.json'];
  return {
    name: packageName,
    version,
    description,
    license,
    type: 'module',
    sideEffects: ['./index.js'],
    customElements: 'custom-elements.json',
    types: './index.d.ts',
    exports: {
      '.': module('index'),
      './element': module('element'),
      './react': types('react'),
      './vue': types('vue'),
      './svelte': types('svelte'),
      ...Object.fromEntries([...data, 'package.json'].map((file) => [`./${file}`, `./${file}`])),
    },
    dependencies: { lit: dependencies['lit'] },
  };
}

/** The type of the tag's attributes, with the descriptions from the source. */
function attributeTypes({ attributes = [] }: CustomElement): string {
  const members = attributes.map(({ name, type, description = '' }) => {
    const text = type?.text.replaceAll(/ \| (null|undefined)/g, '') ?? 'string';
    return `  /** ${description} */\n  '${name}'?: ${text} | undefined;\n`;
  });
  return `/** The attributes of \`<rasa-signup>\`. */\nexport interface RasaSignupAttributes {\n${members.join('')}}\n`;
}

/** Copies a declaration file and all that it imports into one folder. */
function copyDeclarations(path: string, seen: Set<string>): void {
  const name = basename(path);
  if (seen.has(name)) return;
  seen.add(name);
  const text = readFileSync(path, 'utf8').replaceAll(
    /(from |import\()(['"])(\.[^'"]*)\.ts\2/g,
    (_import, before: string, quote: string, imported: string) => {
      copyDeclarations(declarationOf(path, imported), seen);
      return `${before}${quote}./${basename(imported)}.js${quote}`;
    },
  );
  write(name, text);
}

function declarationOf(from: string, imported: string): string {
  const [, shared] = /^(?:\.\.\/)+shared\/(.*)$/.exec(imported) ?? [];
  return `${shared === undefined ? join(dirname(from), imported) : join(declarations.shared, shared)}.d.ts`;
}

/** The sections of docs/embedding.md that matter to developers who install the package. */
function packageReadme(page: string): string {
  const sections = ['In your bundle', 'On your page'].map((title) => {
    const [section] = new RegExp(`^## ${title}\n.*?(?=^## )`, 'ms').exec(page) ?? [];
    if (section === undefined) throw new Error(`docs/embedding.md lacks the section ${title}.`);
    return section;
  });
  // Its links lead to pages that are not in the package.
  const text = sections.join('').replaceAll(/\[([^\]]+)\]\((?!https?:)[^)]+\)/g, '$1');
  return `# ${packageName}\n\n${root.description}.\n\n${text}`.trimEnd() + '\n';
}

function write(name: string, text: string): void {
  writeFileSync(join(outDir, name), text);
}
