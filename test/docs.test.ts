import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../server/config/config.ts';
import { readForms } from '../server/config/forms-file/read.ts';
import { settings } from '../server/config/settings.ts';
import { faultExamples } from '../server/sandbox/control/fault-examples.ts';
import { envExample } from './helpers/docs/env-example.ts';
import { withSections } from './helpers/docs/markdown.ts';
import { generatedSections, schemaFile } from './helpers/docs/tables.ts';
import { testAddresses } from './helpers/docs/texts.ts';
import { blocksOf, readmeBlocks } from './helpers/documents.ts';
import { startSandbox } from './helpers/server/sandbox.ts';

const pages = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const textOf = (path: string) => readFileSync(path, 'utf8');
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };

/**
 * Every code block that a test runs: its page, its beginning, and the test. All others are marked as
 * excerpts.
 */
const blocksThatRun: readonly (readonly [page: string, begins: string, test: string])[] = [
  ['README.md', '<script async', 'test/e2e/signup.test.ts'],
  ['README.md', 'npm ci\nBOT_MODE=observe npm start', 'test/e2e/documents.test.ts'],
  ['README.md', 'curl http://localhost:8787/forms/newsletter', 'test/e2e/signup.test.ts'],
  ['README.md', 'npm ci\nnpm run build', 'test/e2e/documents.test.ts'],
  ['docs/analytics.md', '', 'test/server/analytics/recipes.test.ts'],
  ['docs/configuration.md', 'node dist/server/main.js', 'test/e2e/documents.test.ts'],
  ['docs/configuration.md', 'node dist/server/cli.js', 'test/e2e/documents.test.ts'],
  ['docs/configuration.md', '# production.env', 'test/docs.test.ts'],
  ['docs/embedding.md', '<script async', 'test/e2e/documents.test.ts'],
  ['docs/embedding.md', '<rasa-signup', 'test/e2e/signup.test.ts'],
  ['docs/embedding.md', 'rasa-signup {', 'test/e2e/page-footprint.test.ts'],
  ['docs/embedding.md', 'document.addEventListener', 'test/e2e/documents.test.ts'],
  ['docs/embedding.md', "import '@rasa-signup/widget'; //", 'test/e2e/package.test.ts'],
  ['docs/embedding.md', "import '@rasa-signup/widget';\n", 'test/e2e/package.test.ts'],
  ['docs/embedding.md', '<script setup', 'test/e2e/package.test.ts'],
  ['docs/embedding.md', '<script lang="ts">', 'test/e2e/package.test.ts'],
  ['docs/embedding.md', '<form method="post"', 'test/e2e/plain-form.test.ts'],
  ['docs/forms.md', '{', 'test/docs.test.ts'],
  ['docs/forms.md', 'node dist/server/cli.js forms check', 'test/e2e/documents.test.ts'],
  ['docs/forms.md', 'FORMS_FILE=forms.json', 'test/e2e/documents.test.ts'],
  ['docs/http-api.md', 'curl', 'test/e2e/documents.test.ts'],
  ['docs/http-api.md', '{', 'test/e2e/documents.test.ts'],
  ['docs/integrations.md', '', 'test/server/events/recipes.test.ts'],
  ['docs/operating.md', 'npm ci\nnpm run build', 'test/e2e/documents.test.ts'],
  ['docs/operating.md', '{', 'test/e2e/documents.test.ts'],
  ['docs/operating.md', 'node dist/server/cli.js', 'test/e2e/documents.test.ts'],
  [
    'docs/operating.md',
    'DATA_DIR=/var/lib/rasa-signup node dist/server/cli.js store',
    'test/e2e/backup.test.ts',
  ],
  ['docs/operating.md', 'pg_dump', 'test/e2e/backup.test.ts'],
  ['docs/operating.md', 'install -d', 'test/e2e/backup.test.ts'],
  ['docs/operating.md', 'createdb', 'test/e2e/backup.test.ts'],
  ['docs/rasa-api.md', 'node dist/server/cli.js rasa', 'test/e2e/rasa-package.test.ts'],
  ['docs/rasa-api.md', 'import', 'test/e2e/rasa-package.test.ts'],
  ['docs/sandbox.md', 'npm run sandbox', 'test/e2e/documents.test.ts'],
  ['docs/sandbox.md', 'curl', 'test/e2e/documents.test.ts'],
  ['docs/gallery/README.md', '', 'test/e2e/gallery.test.ts'],
  ['docs/rotating-keys.md', '', 'test/rotating-keys.test.ts'],
];

describe('the generated parts of the documents', () => {
  it('are what the code says; `npm run docs` writes them', async () => {
    const stale = Object.entries(await generatedSections())
      .filter(([path, sections]) => withSections(path, textOf(path), sections) !== textOf(path))
      .map(([path]) => path);
    if (textOf('docs/forms.schema.json') !== (await schemaFile())) stale.push('docs/forms.schema.json');
    if (textOf('.env.example') !== envExample()) stale.push('.env.example');
    expect(stale, 'These are stale. Run `npm run docs`.').toEqual([]);
  });

  it('list faults that the sandbox understands', async () => {
    const { putFaults } = await startSandbox();
    for (const [json] of faultExamples) {
      const { status, body } = await putFaults(JSON.parse(json));
      expect(status, `${json} ${JSON.stringify(body)}`).toBe(200);
    }
  });

  it('list every test address', () => {
    const cases = [...textOf('server/signup/test-addresses.ts').matchAll(/case '(\w+)':/g)].map(
      ([, name]) => name,
    );
    expect(testAddresses.map(([name]) => name).sort()).toEqual(cases.sort());
  });
});

describe('the code blocks of the documents', () => {
  const blocks = pages.flatMap((page) => blocksOf(page).map((block) => ({ page, ...block })));
  const isRunBy =
    ({ page, code, isExcerpt }: (typeof blocks)[number]) =>
    ([path, begins]: (typeof blocksThatRun)[number]) =>
      !isExcerpt && page === path && code.startsWith(begins);

  it('are each run by a test, or marked with <!-- excerpt -->', () => {
    const unknown = blocks.filter((block) => !block.isExcerpt && !blocksThatRun.some(isRunBy(block)));
    expect(unknown.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
  });

  it('are there for each entry of the list, in a test that reads the page', () => {
    const wrong = blocksThatRun.filter(
      (entry) =>
        !blocks.some((block) => isRunBy(block)(entry)) ||
        !textOf(entry[2]).includes(entry[0].replace(/\/README\.md$/, '')),
    );
    expect(wrong).toEqual([]);
  });

  it('with a forms file are ones that the proxy accepts', () => {
    const [text = ''] = readmeBlocks('docs/forms.md', 'jsonc');
    expect(readForms(text, { thankYouPages: [] })).toMatchObject({
      is: 'read',
      specs: [{ id: 'newsletter' }, { id: 'fair' }],
    });
  });

  it('with an environment file are ones that the proxy accepts', () => {
    const [text = ''] = readmeBlocks('docs/configuration.md', 'ini');
    expect(readConfig(parseEnv(text), () => 'a secret')).toMatchObject({
      production: true,
      allowedOrigins: ['https://www.example.com'],
      trustProxy: 1,
    });
  });
});

describe('the documents', () => {
  it.each(pages)('%s: every link leads somewhere', (page) => {
    const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = links
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => !leads(page, target));
    expect(broken).toEqual([]);
  });

  it('name files and folders that exist', () => {
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/(?<![\w/.-])(?:server|widget|shared|test)\/[\w./-]*/g)].map(
        ([path]) => path,
      ),
    );
    expect(named.filter((path) => !existsSync(path.replace(/\.$/, '')))).toEqual([]);
  });

  it('have a row for every folder of source code, in docs/architecture.md', () => {
    const roots = ['shared', 'widget', 'server'];
    const folders = roots.flatMap((root) => [
      root,
      ...readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ parentPath, name }) => join(parentPath, name)),
    ]);
    const rows = [...textOf('docs/architecture.md').matchAll(/^\| `([\w/-]+)\/` \|/gm)].map(
      ([, folder = '']) => folder,
    );
    expect(rows.filter((folder) => folder !== 'test').sort()).toEqual(folders.sort());
  });

  it('explain each reason why the database can be unavailable, in docs/operating.md', () => {
    const meanings = [...textOf('server/store/errors.ts').matchAll(/^  (\w+): '(.+)',$/gm)];
    expect(meanings.length).toBeGreaterThan(10);
    const guide = textOf('docs/operating.md');
    const missing = meanings.filter(
      ([, reason = '', text = '']) => !guide.includes(`| \`${reason}\` | ${text}. |`),
    );
    expect(missing.map(([, reason]) => reason)).toEqual([]);
  });

  it('explain why a store is refused at the start, in docs/operating.md', () => {
    const sources = readdirSync('server', { recursive: true, encoding: 'utf8' })
      // No command moves a store.
      .filter((name) => name.endsWith('.ts') && !name.startsWith('store/moving/'))
      .map((name) => textOf(join('server', name)));
    const messages = sources.flatMap((text) =>
      [...text.matchAll(/new StoreRefused\(\s*['`]([^'`]+)/g)].map(([, message = '']) => message),
    );
    expect(messages.length).toBeGreaterThan(10);
    const guide = textOf('docs/operating.md');
    // The words between values, as far as they are quoted there.
    const isExplained = (message: string) =>
      message
        .split(/\$\{[^}]*\}/)
        .some((words) => words.trim().length > 10 && guide.includes(words.trim().slice(0, 15)));
    // The settings are checked before the store is opened, and a table is ours to choose.
    const neverShown = /^(DATABASE_URL needs|DATABASE_URL must look|The table )/;
    expect(messages.filter((message) => !neverShown.test(message) && !isExplained(message))).toEqual([]);
  });

  it('name npm scripts that exist, and docs/contributing.md names all of them', () => {
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/`?npm run ([\w:]+)/g)].map(([, name = '']) => name),
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const guide = textOf('docs/contributing.md');
    const unexplained = Object.keys(scripts)
      .filter((name) => !name.startsWith('pre'))
      .filter((name) => !guide.includes(`| \`npm run ${name}\` |`) && !guide.includes(`| \`npm ${name}\` |`));
    expect(unexplained).toEqual([]);
  });

  it('call the command in a way that can run no other package of its name', () => {
    expect(pages.filter((page) => /npx\s+rasa-signup/.test(textOf(page)))).toEqual([]);
  });

  it('use plain words', () => {
    const found = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\b(whoever|nobody|for ever|mend(s|ed)?)\b/gi)].map(
        ([word]) => `${page}: ${word}`,
      ),
    );
    expect(found).toEqual([]);
  });

  it('have lines of at most 120 characters, and the README at most 200 lines', () => {
    const long = pages.flatMap((page) =>
      prose(page)
        .split('\n')
        .filter((line) => line.length > 120 && !line.startsWith('|') && !line.startsWith('!['))
        .map((line) => `${page}: ${line}`),
    );
    expect(long).toEqual([]);
    expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(200);
  });
});

describe('the examples in docs/deploy', () => {
  it.each(['Dockerfile', 'compose.yaml', 'compose.postgres.yaml', 'render.yaml', 'rasa-signup.service'])(
    '%s sets variables that are read',
    (name) => {
      const text = textOf(join('docs/deploy', name)).replaceAll(/^\s*#.*$/gm, '');
      const set = [...text.matchAll(/\b([A-Z]+(?:_[A-Z]+)+)(?:=|:\s)|key: ([A-Z_]+)/g)]
        .map(([, variable, key]) => variable ?? key ?? '')
        // Those of the database's own image.
        .filter((variable) => !variable.startsWith('POSTGRES_'));
      const known = Object.keys(settings).flatMap((variable) => [variable, `${variable}_FILE`]);
      expect(set.length).toBeGreaterThan(0);
      expect(set.filter((variable) => !known.includes(variable))).toEqual([]);
    },
  );
});

/** The page without its code blocks. */
function prose(page: string): string {
  return textOf(page).replaceAll(/^( *)```\w*\n.*?^ *```$/gms, '');
}

function leads(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), file));
  return existsSync(path) && (anchor === undefined || anchorsOf(path).includes(anchor));
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): readonly string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
