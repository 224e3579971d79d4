import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Package } from 'custom-elements-manifest/schema.js';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { elementOf } from '../../widget/build/package/manifest.ts';
import { readmeBlocks } from '../helpers/documents.ts';
import { createPackageSite, type PackageSite } from '../helpers/sites/package-site.ts';

describe('the npm package', () => {
  it('depends only on lit, and follows the packaging rules', async () => {
    const { installed, dependencies } = await createPackageSite();
    expect(dependencies).toEqual(['lit']);
    const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it.each(['@rasa-signup/widget', '@rasa-signup/widget/element'])(
    'can be imported on a server: %s',
    async (entry) => {
      const { run } = await createPackageSite();
      const { stdout } = await run(
        '-e',
        `import('${entry}').then(({ RasaSignup }) => console.log(RasaSignup))`,
      );
      expect(stdout.trim()).toMatch(/^\[class RasaSignup/);
    },
  );

  it('registers the element only by its main entry', async () => {
    const { dir, run, write } = await createPackageSite();
    await write(
      'registering.js',
      `globalThis.customElements = { get() {}, define: (name) => console.log(name) };
       await import(process.argv[2]);`,
    );
    const ask = async (entry: string) => (await run(join(dir, 'registering.js'), entry)).stdout.trim();
    expect(await ask('@rasa-signup/widget')).toBe('rasa-signup');
    expect(await ask('@rasa-signup/widget/element')).toBe('');
  });

  it("works in a site's bundle, and tree shaking keeps the registration", async () => {
    const { dir, write } = await createPackageSite();
    await write('main.js', `import '@rasa-signup/widget';`);
    const rolldownOptions = { input: join(dir, 'main.js'), output: { entryFileNames: 'main.js' } };
    const outDir = join(dir, 'out');
    await build({ root: dir, configFile: false, logLevel: 'silent', build: { outDir, rolldownOptions } });
    expect(await readFile(join(outDir, 'main.js'), 'utf8')).toMatch(/\.define\(.rasa-signup./);
  });

  it('leaves on-demand imports to the browser with every bundler', async () => {
    const text = await readFile('dist/package/rasa-signup.js', 'utf8');
    const imports = text.match(/\bimport\(/g) ?? [];
    expect(imports.length).toBeGreaterThan(0);
    expect(text.match(/@vite-ignore \*\/\s*\/\* webpackIgnore: true/g)).toHaveLength(imports.length);
  });

  it('describes every attribute and custom property for editors', async () => {
    const { attributes = [], cssProperties = [] } = elementOf(
      await readJson<Package>('custom-elements.json'),
    );
    const { tags } = await readJson<EditorData>('vscode.html-custom-data.json');
    const { properties } = await readJson<EditorData>('vscode.css-custom-data.json');
    expect(tags.map(({ name }) => name)).toEqual(['rasa-signup']);
    expect(namesOf(tags[0]?.attributes)).toEqual(namesOf(attributes));
    expect(namesOf(properties)).toEqual(namesOf(cssProperties));
    expect(attributes.length * cssProperties.length).toBeGreaterThan(0);
  });
});

interface Named {
  readonly name: string;
}

interface EditorData {
  readonly tags: readonly (Named & { readonly attributes: readonly Named[] })[];
  readonly properties: readonly Named[];
}

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(`dist/package/${name}`, 'utf8')) as T;
}

const namesOf = (all: readonly Named[] = []) => all.map(({ name }) => name);

// Each test runs a compiler, which is slow on a busy machine.
describe('the types of the npm package', { timeout: 60_000 }, () => {
  it('know the tag and its events', async () => {
    const site = await createTypedSite();
    await site.write(
      'page.ts',
      `import { SignupEvent, type RasaSignup } from '@rasa-signup/widget/element';
       export const element: RasaSignup | null = document.querySelector('rasa-signup');
       document.addEventListener('signup-accepted', ({ form }) => form.length);
       element?.addEventListener('signup-refused', ({ code }) => code satisfies string);
       addEventListener('signup-accepted', (event) => event satisfies SignupEvent);
       document.createElement('rasa-signup').addEventListener('signup-ready', (event) => event.detail);`,
    );
    expect(await complaints(site, 'typescript/bin/tsc')).toEqual([
      expect.stringMatching(/^page\.ts\(6.*'detail' does not exist on type 'SignupEvent'/),
    ]);
  });

  it("take the document's imports", async () => {
    const site = await createTypedSite();
    const [code = ''] = readmeBlocks('docs/embedding.md', 'js').filter((block) => block.includes('import'));
    await site.write('page.ts', `${code}export const element = new RasaSignup();\n`);
    expect(await complaints(site, 'typescript/bin/tsc')).toEqual([]);
  });

  it("take the document's React, and find what is wrong in it", async () => {
    const site = await createTypedSite(['react', '@types/react']);
    const [code = ''] = readmeBlocks('docs/embedding.md', 'tsx');
    await site.write('right.tsx', code);
    await site.write(
      'wrong.tsx',
      code.replace('"inline"', '"round"').replace('({ form }) => console.log(form)', '({ email }) => email'),
    );
    expect(await complaints(site, 'typescript/bin/tsc')).toEqual([
      expect.stringMatching(/^wrong\.tsx.*"round"/),
      expect.stringMatching(/^wrong\.tsx.*'email' does not exist on type 'SignupEvent'/),
    ]);
  });

  it("take the document's Vue, and find what is wrong in it", async () => {
    const site = await createTypedSite(['vue']);
    const [code = ''] = readmeBlocks('docs/embedding.md', 'vue');
    await site.write('right.vue', code);
    await site.write(
      'wrong.vue',
      code.replace(' @', ' layout="round" @').replaceAll('SignupEvent', 'SignupRefusedEvent'),
    );
    expect(await complaints(site, 'vue-tsc/bin/vue-tsc.js')).toEqual([
      expect.stringMatching(/^wrong\.vue.*"round"/),
      expect.stringMatching(/^wrong\.vue.*'\(\{ form \}: SignupRefusedEvent\) => void' is not assignable/),
    ]);
  });

  it("take the document's Svelte, and find what is wrong in it", async () => {
    const site = await createTypedSite(['svelte']);
    const [code = ''] = readmeBlocks('docs/embedding.md', 'svelte');
    await site.write('right.svelte', code);
    await site.write(
      'wrong.svelte',
      code
        .replace(' on', ' layout="round" on')
        .replace('({ form }) => console.log(form)', '({ email }) => email'),
    );
    expect(await complaints(site, 'svelte-check/bin/svelte-check', '--output', 'machine')).toEqual([
      expect.stringMatching(/ERROR "wrong\.svelte".*round/),
      expect.stringMatching(/ERROR "wrong\.svelte".*'email' does not exist on type 'SignupEvent'/),
    ]);
  });
});

/** A site with strict checks of its own types and of those of its packages. */
async function createTypedSite(packages: readonly string[] = []): Promise<PackageSite> {
  const site = await createPackageSite(['typescript', ...packages]);
  const compilerOptions = {
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2022', 'dom', 'dom.iterable'],
    jsx: 'react-jsx',
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    types: [],
  };
  await site.write(
    'tsconfig.json',
    JSON.stringify({ compilerOptions, include: ['*.ts', '*.tsx', '*.vue', '*.svelte'] }),
  );
  return site;
}

/** A type checker's complaints about a site, one per line. */
async function complaints(site: PackageSite, checker: string, ...more: readonly string[]): Promise<string[]> {
  const args = [
    resolve('node_modules', checker),
    checker.startsWith('svelte') ? '--tsconfig' : '-p',
    'tsconfig.json',
  ];
  const said = await site
    .run(...args, ...more)
    .catch((error: unknown) => error as { readonly stdout: string });
  return said.stdout.split('\n').filter((line) => /error TS| ERROR /.test(line));
}
