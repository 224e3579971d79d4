import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** Every source file with what it imports: paths from the root for our own files, bare names for packages. */
const sources = ['shared', 'widget', 'server'].flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(root, name);
      const imports = ts.preProcessFile(readFileSync(path, 'utf8')).importedFiles;
      return {
        path,
        imports: imports.map(({ fileName }) =>
          fileName.startsWith('.') ? normalize(join(dirname(path), fileName)) : fileName,
        ),
      };
    }),
);

/** The imports that break a rule, as `a.ts -> b.ts`. */
function arrows(from: RegExp, to: RegExp, { except = /^$/ }: { except?: RegExp } = {}): string[] {
  return sources
    .filter(({ path }) => from.test(path) && !except.test(path))
    .flatMap(({ path, imports }) =>
      imports.filter((name) => to.test(name)).map((name) => `${path} -> ${name}`),
    );
}

describe('the way of a sign-up runs downwards', () => {
  it('reads the imports it judges', () => {
    expect(arrows(/^server\/door\.ts$/, /^server\/guards\.ts$/)).toEqual([
      'server/door.ts -> server/guards.ts',
    ]);
  });

  it('shared/ knows nobody, not even a package', () => {
    expect(arrows(/^shared\//, /^(?!shared\/)/)).toEqual([]);
  });

  it('the widget knows the contract and the templates of lit, and neither the server nor a schema library', () => {
    const onDemand = /^widget\/pbkdf2\.ts$/;
    const others = /^widget\/(pbkdf2\.ts$|builder\/)/;
    expect(arrows(/^widget\//, /^(?!widget\/|shared\/|lit\/html\.js$)/, { except: others })).toEqual([]);
    expect(arrows(onDemand, /^(?!widget\/|@noble\/hashes\/)/)).toEqual([]);
  });

  it('the builder knows the contract, lit and colours, and of the widget only what every page knows', () => {
    expect(arrows(/^widget\/builder\//, /^(?!widget\/builder\/|shared\/|lit$|lit\/|culori$)/)).toEqual([]);
    expect(arrows(/^widget\/(?!builder\/)/, /^widget\/builder\//)).toEqual([]);
  });

  it('the server knows the contract, and not the widget', () => {
    expect(arrows(/^server\//, /^widget\//)).toEqual([]);
  });

  it.each([
    ['rasa.io is known to', 'server/rasa/'],
    ['the sandbox is known to', 'server/sandbox/'],
    ['the outbox that is in use is known to', 'server/outbox/'],
  ])('%s the composition root and the doctor alone: %s', (_name, folder) => {
    const inside = new RegExp(`^${folder}`);
    const mayOpen = new RegExp(
      `^(${folder}|server/(service|upstream|cli|outbox-commands|outbox-words|keys-command)\\.ts|server/doctor/|server/pages/sandbox)`,
    );
    expect(arrows(/./, inside, { except: mayOpen })).toEqual([]);
  });

  it('the folder that knows rasa.io knows neither the outbox nor anything of HTTP servers', () => {
    expect(arrows(/^server\/rasa\//, /^server\/(?!rasa\/|secret\.ts|signup\.ts|pause\.ts)/)).toEqual([]);
    expect(arrows(/^server\/rasa\//, /^(express|node:http)$/)).toEqual([]);
  });

  it('the door is free of Express, and the courier of HTTP', () => {
    expect(arrows(/^server\/(door|guards|limits|forms|origins)\.ts$/, /^(express|node:http)$/)).toEqual([]);
    expect(arrows(/^server\/courier\.ts$/, /^(express|node:http|server\/(app|door|rasa\/.*))/)).toEqual([]);
  });

  it('the outbox knows neither who adds nor who takes', () => {
    expect(
      arrows(
        /^server\/outbox(\.ts|\/)/,
        /^server\/(?!outbox(\.ts|\/)|files\.ts|replaced-file\.ts|secret\.ts|signup\.ts)/,
      ),
    ).toEqual([]);
  });

  it("a secret leaves the process for rasa.io and for the sandbox that it starts, and enters the outbox's cipher and the door's keys", () => {
    const revealing = sources
      .filter(({ path }) => readFileSync(path, 'utf8').includes('.reveal()'))
      .map(({ path }) => path);
    expect(revealing.sort()).toEqual([
      'server/cli.ts',
      'server/outbox/records.ts',
      'server/rasa/calls.ts',
      'server/rasa/token-api.ts',
      'server/rasa/trial.ts',
      'server/server-secret.ts',
      'server/service.ts',
    ]);
  });

  it('nobody imports the entry points', () => {
    const entries = /^(server\/(main|cli)\.ts|widget\/(embed|index|builder\/(builder|preview))\.ts)$/;
    expect(arrows(/./, entries)).toEqual([]);
  });
});

describe('the tests', () => {
  it('each belong to exactly one runner', () => {
    const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.test.ts'),
    );
    // vitest.config.ts leaves out test/widget/, test/web-test-runner.config.mjs takes nothing else: what stands in
    // test/widget/ must be made for a browser, what stands elsewhere for Node.
    const inBrowser = files.filter((name) => usesBrowserRunner(join('test', name)));
    expect(inBrowser).toEqual(files.filter((name) => name.startsWith('widget/')));
  });
});

function usesBrowserRunner(path: string): boolean {
  const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'));
  return importedFiles.some(({ fileName }) => fileName.startsWith('@open-wc/'));
}
