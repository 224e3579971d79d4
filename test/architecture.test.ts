import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/**
 * The rooms that each room may import: others of its side, and `shared`. This table is the architecture;
 * docs/architecture.md explains it. The rows run from the bottom up, and an import never leads back up. A
 * change that needs another import adds it here. Rooms that do not exist yet have rows already.
 */
const serverRooms: Readonly<Record<string, string>> = {
  system: '',
  store: 'system',
  http: 'shared system',
  outbox: 'store system',
  rasa: 'outbox system',
  accounts: 'rasa outbox store system',
  forms: 'http outbox shared system',
  signup: 'forms http outbox shared store system',
  mail: 'store system',
  events: 'store http system',
  contacts: 'accounts events outbox store forms http shared system',
  confirm: 'accounts events mail outbox store forms http shared system',
  pages: 'forms signup http shared',
  charts: 'pages',
  analytics: 'accounts charts store system',
  survival: 'accounts events outbox store system',
  config: 'forms http rasa shared signup system',
  // `rasa` only until `accounts` is between the two.
  delivery: 'config accounts events outbox rasa store system',
  metrics: 'system',
  openapi: 'pages contacts analytics events forms http outbox shared',
  operator: 'charts pages signup accounts analytics contacts events survival outbox store system',
  alerts: 'operator events mail survival outbox store system',
  routes:
    'config openapi operator pages metrics signup contacts confirm analytics charts accounts events mail forms http outbox store shared system',
  sandbox: 'http pages store system',
  doctor: 'config accounts alerts events forms mail http outbox rasa survival store system',
  commands:
    'config operator alerts delivery doctor forms outbox contacts accounts analytics charts events confirm survival mail http rasa sandbox store system',
};

/**
 * Each folder of the widget is a bundle. `.` is its root, with the entries and the modules that bundles
 * share.
 */
const widgetRooms: Readonly<Record<string, string>> = {
  '.': 'form proof shared',
  proof: '. shared',
  overlay: '. shared',
  confirm: 'shared',
  newsletters: 'shared',
  debug: '. shared',
  words: '',
  form: '. confirm newsletters overlay proof shared words',
  builder: 'shared',
  pages: '',
  build: '',
};

/** The packages that a room may import, for rooms where this matters. */
const packages: Readonly<Record<string, RegExp>> = {
  'shared/': /^$/,
  'widget/[^/]+$': /^$/,
  'widget/pages/': /^$/,
  'widget/form/': /^lit(\/html\.js)?$/,
  'widget/proof/': /^@noble\/hashes\//,
  'widget/overlay/': /^$/,
  'widget/confirm/': /^$/,
  'widget/newsletters/': /^$/,
  'widget/debug/': /^lit\/html\.js$/,
  'widget/builder/': /^(lit$|lit\/|culori$)/,
  // The intake works with any web server, and the rooms below it do not depend on HTTP requests.
  'server/(signup|outbox|rasa|delivery|forms|config|store|system)/': /^(?!express(\/|$)|node:https?2?$)/,
  'server/pages/': /^(?!express(\/|$)|node:)/,
  'server/charts/': /^d3-(scale|shape)$/,
};

/** Files of more than 260 lines and folders of more than 12 files, with the reason. */
const largeFiles: Readonly<Record<string, string>> = {
  'server/store/migrations.ts': 'every step of the schema, in order, none of which ever changes',
  'server/config/settings.ts': 'every variable is declared here, in the order in which the docs show them',
  'widget/form/rasa-signup.ts':
    '80 lines are the documentation that the tables of docs/embedding.md are made from',
  'widget/builder/builder.css': 'one sheet of one page',
  'widget/pages/operator.css': 'one sheet of one page',
  'widget/pages/sandbox.css': 'one sheet of all pages of the sandbox',
  'widget/pages/site.css': 'one sheet of all pages',
  'widget/form/rasa-signup.css': 'one sheet of one shadow root',
};
const largeFolders: Readonly<Record<string, string>> = {
  'shared/messages': 'one file a language',
  'server/commands/groups': 'one file a group of commands',
};

interface Source {
  readonly path: string;
  readonly text: string;
  /** Our own files as paths from the root, packages by name. */
  readonly imports: readonly string[];
}

const sources: readonly Source[] = ['shared', 'widget', 'server'].flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(m|c)?(ts|js)x?$|\.css$/.test(name))
    .map((name) => readSource(join(root, name))),
);

function readSource(path: string): Source {
  const text = readFileSync(path, 'utf8');
  const { importedFiles } = ts.preProcessFile(text);
  const imports = importedFiles.map(({ fileName }) =>
    fileName.startsWith('.') ? normalize(join(dirname(path), fileName)) : fileName,
  );
  return { path, text, imports };
}

const isOurs = (name: string) => /^(shared|widget|server|test|docs)\//.test(name);

/** The imports for which `isWrong` holds, as `a.ts -> b.ts`. */
function arrows(isWrong: (path: string, imported: string) => boolean): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports.filter((imported) => isWrong(path, imported)).map((imported) => `${path} -> ${imported}`),
  );
}

/** `server/http/problem.ts` is in the room `http` of `server`; `server/main.ts` is in its root, `.`. */
function placeOf(path: string): { readonly side: string; readonly room: string } {
  const [side = '', room = '', ...rest] = path.split('/');
  return { side, room: rest.length === 0 ? '.' : room };
}

function mayImport(rooms: Readonly<Record<string, string>>, from: string, to: string): boolean {
  const a = placeOf(from);
  const b = placeOf(to);
  if (b.side === a.side && b.room === a.room) return true;
  const allowed = (rooms[a.room] ?? '').split(' ');
  return b.side === a.side ? allowed.includes(b.room) : b.side === 'shared' && allowed.includes('shared');
}

describe('the import table', () => {
  it('reads the imports that it checks', () => {
    expect(
      arrows((path, imported) => path === 'server/signup/intake.ts' && imported.endsWith('guards.ts')),
    ).toEqual(['server/signup/intake.ts -> server/signup/guards.ts']);
  });

  it('names every folder, and no folder that leads back up', () => {
    const inUse = (side: string) => [
      ...new Set(
        sources
          .map(({ path }) => placeOf(path))
          .filter((place) => place.side === side)
          .map(({ room }) => room),
      ),
    ];
    expect(inUse('server').filter((room) => room !== '.' && !(room in serverRooms))).toEqual([]);
    expect(inUse('widget').filter((room) => !(room in widgetRooms))).toEqual([]);
    for (const room of Object.keys(serverRooms)) expect(floorsBelow(room), room).not.toContain(room);
  });

  it('is kept by the rooms of the server', () => {
    expect(
      arrows(
        (path, imported) =>
          path.startsWith('server/') &&
          placeOf(path).room !== '.' &&
          isOurs(imported) &&
          !mayImport(serverRooms, path, imported),
      ),
    ).toEqual([]);
  });

  it('is kept by the bundles of the widget', () => {
    expect(
      arrows(
        (path, imported) =>
          path.startsWith('widget/') && isOurs(imported) && !mayImport(widgetRooms, path, imported),
      ),
    ).toEqual([]);
  });

  it('is kept by the contract, which imports nothing of ours', () => {
    expect(arrows((path, imported) => path.startsWith('shared/') && !imported.startsWith('shared/'))).toEqual(
      [],
    );
  });

  it('keeps the server apart from the widget, and both from the tests', () => {
    expect(
      arrows((path, imported) =>
        path.startsWith('server/')
          ? /^(widget|test|docs)\//.test(imported)
          : /^(server|test|docs)\//.test(imported),
      ),
    ).toEqual([]);
  });

  it('loads proof, overlay and debug on demand only', () => {
    const onDemand = /^widget\/(proof|overlay|debug|confirm|newsletters)\//;
    const imports = sources.filter(({ path }) => path.startsWith('widget/') && !onDemand.test(path));
    const values = imports.flatMap(({ path, text }) =>
      [...text.matchAll(/^import (?!type )[^;]*? from '([^']+)';/gms)]
        .map(([, name = '']) => normalize(join(dirname(path), name)))
        .filter((name) => onDemand.test(name))
        .map((name) => `${path} -> ${name}`),
    );
    expect(values).toEqual([]);
  });

  it.each(Object.entries(packages))('keeps packages out of rooms: %s', (folder, allowed) => {
    const inside = new RegExp(`^${folder}`);
    expect(
      arrows((path, imported) => inside.test(path) && !isOurs(imported) && !allowed.test(imported)),
    ).toEqual([]);
  });

  it('finds every package that the server imports among the dependencies, and installs no other for production', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    // Loaded by name, since Node 20 has no SQLite of its own: no import names it.
    const loaded = ['@photostructure/sqlite'];
    expect(sources.some(({ text }) => text.includes(`'${loaded[0] ?? ''}'`))).toBe(true);
    const used = sources
      .filter(({ path }) => /^(server|shared)\//.test(path))
      .flatMap(({ imports }) => imports.filter((name) => !isOurs(name) && !name.startsWith('node:')))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    expect(Object.keys(dependencies)).toEqual([...new Set([...used, ...loaded])].sort());
  });

  it('lets nothing import an entry point', () => {
    const entries =
      /^(server\/(main|cli)\.ts|widget\/(embed|index|builder\/(builder|preview\/preview))\.ts)$/;
    expect(arrows((_path, imported) => entries.test(imported))).toEqual([]);
  });
});

/** Every room that a room reaches through imports. */
function floorsBelow(room: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const below of (serverRooms[room] ?? '').split(' ')) {
    if (below === '' || seen.has(below)) continue;
    seen.add(below);
    floorsBelow(below, seen);
  }
  return seen;
}

describe('the source code', () => {
  it('has no file of more than 260 lines without a reason', () => {
    const long = sources.filter(({ path, text }) => text.split('\n').length > 261 && !path.endsWith('.d.ts'));
    expect(long.map(({ path }) => path).filter((path) => !(path in largeFiles))).toEqual([]);
    expect(Object.keys(largeFiles).filter((path) => !existsSync(path))).toEqual([]);
  });

  it('has no folder of more than 12 files without a reason', () => {
    const perFolder = new Map<string, number>();
    for (const { path } of sources) perFolder.set(dirname(path), (perFolder.get(dirname(path)) ?? 0) + 1);
    const crowded = [...perFolder].filter(([, count]) => count > 12).map(([folder]) => folder);
    expect(crowded.filter((folder) => !(folder in largeFolders))).toEqual([]);
  });

  it('has folders of two levels at most', () => {
    expect(
      [...new Set(sources.map(({ path }) => dirname(path)))].filter(
        (folder) => folder.split('/').length > 3 && !folder.startsWith('widget/build/'),
      ),
    ).toEqual([]);
  });

  it('has no file beside a folder of the same name, and no file or folder called utils or types', () => {
    const names = sources.map(({ path }) => path.replace(/\.\w+$/, ''));
    expect(names.filter((name) => existsSync(name))).toEqual([]);
    const vague = /(^|\/)(utils?|types|helpers|common|misc)(\/|$)/;
    expect(names.filter((name) => vague.test(name) && !name.startsWith('widget/build/'))).toEqual([]);
  });

  it('reveals secrets only where they leave the process or become a key', () => {
    const revealing = sources.filter(({ text }) => text.includes('.reveal()')).map(({ path }) => path);
    expect(revealing.sort()).toEqual([
      'server/alerts/targets.ts',
      'server/commands/sandbox.ts',
      'server/mail/transport.ts',
      'server/metrics/metrics.ts',
      'server/operator/access.ts',
      'server/rasa/calls.ts',
      'server/rasa/token-api.ts',
      'server/rasa/try-credentials.ts',
      'server/routes/front.ts',
      'server/service.ts',
      'server/store/open-store.ts',
      'server/store/postgres/connection-settings.ts',
      'server/system/network/outgoing.ts',
    ]);
  });
});

describe('the tests', () => {
  it('each belong to exactly one runner', () => {
    const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.test.ts'),
    );
    // vitest.config.ts excludes test/widget/, and test/web-test-runner.config.mjs includes nothing else.
    // Tests in test/widget/ must be written for a browser, all others for Node.
    const inBrowser = files.filter((name) => usesBrowserRunner(join('test', name)));
    expect(inBrowser).toEqual(files.filter((name) => name.startsWith('widget/')));
  });
});

function usesBrowserRunner(path: string): boolean {
  const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'));
  return importedFiles.some(({ fileName }) => fileName.startsWith('@open-wc/'));
}
