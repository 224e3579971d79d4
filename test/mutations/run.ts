/*
 * `npm run test:mutate`: puts one named fault after the other into a copy of the code, and runs the tests
 * that must notice it. `npm run test:mutate -- lease turns` runs those whose name or file has one of
 * the words.
 *
 * A list, and no tool that makes mutations by itself (StrykerJS was looked at): most of this code runs in
 * worker threads and child processes, where such a tool cannot switch a mutation on within one run, so that
 * each of its thousands would need the whole suite anew.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { all } from './all.ts';
import type { Mutation } from './mutation.ts';

const wanted = process.argv.length > 2 ? process.argv.slice(2) : [''];
const mutations = all.filter(({ name, file }) => wanted.some((word) => `${name} ${file}`.includes(word)));
/** `COPIES=1` for a machine that does other work beside it. */
const copies = Number(process.env['COPIES'] ?? 2);
/** A mutation can also make tests wait for ever. */
const longestMs = 180_000;

type Verdict =
  'killed' | 'survived' | 'survived as said' | 'killed, though it is said to survive' | 'not found';

function makeCopy(): string {
  const dir = mkdtempSync(join(tmpdir(), 'rasa-signup-mutations-'));
  for (const name of [
    'server',
    'shared',
    'test',
    'widget',
    'dist',
    'package.json',
    'tsconfig.json',
    'vite.config.ts',
    'vitest.config.ts',
  ]) {
    cpSync(name, join(dir, name), { recursive: true });
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(dir, 'node_modules'));
  return dir;
}

/** Whether all of the tests pass. */
function passes(dir: string, { tests, only }: Pick<Mutation, 'tests' | 'only'>): Promise<boolean> {
  const filter = only === undefined ? [] : ['-t', only];
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--testTimeout=20000', tests, ...filter],
    {
      cwd: dir,
      stdio: 'ignore',
      // Not to start a server for nothing.
      env: only?.includes('sqlite') === true ? { ...process.env, WITHOUT_POSTGRES: '1' } : process.env,
      timeout: longestMs,
      killSignal: 'SIGKILL',
    },
  );
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      resolve(code === 0);
    });
  });
}

async function judge(dir: string, mutation: Mutation): Promise<Verdict> {
  const path = join(dir, mutation.file);
  const sound = readFileSync(path, 'utf8');
  if (sound.split(mutation.find).length !== 2) return 'not found';
  writeFileSync(
    path,
    sound.replace(mutation.find, () => mutation.replace),
  );
  try {
    const isSurvivor = await passes(dir, mutation);
    if (mutation.survives === undefined) return isSurvivor ? 'survived' : 'killed';
    return isSurvivor ? 'survived as said' : 'killed, though it is said to survive';
  } finally {
    writeFileSync(path, sound);
  }
}

/** Calls with each item, in as many copies at once as there are. */
async function forEach<T>(
  items: readonly T[],
  dirs: readonly string[],
  run: (dir: string, item: T) => Promise<void>,
) {
  const left = [...items];
  await Promise.all(
    dirs.map(async (dir) => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await run(dir, item);
    }),
  );
}

const dirs = Array.from({ length: copies }, makeCopy);
try {
  // Tests that fail without a mutation would kill them all. Some are too slow beside others.
  const suites = new Map(mutations.map(({ tests, only = '' }) => [`${tests} ${only}`, { tests, only }]));
  const suspects: [string, Pick<Mutation, 'tests' | 'only'>][] = [];
  await forEach([...suites], dirs, async (dir, suite) => {
    if (!(await passes(dir, suite[1]))) suspects.push(suite);
  });
  const broken: string[] = [];
  await forEach(suspects, dirs.slice(0, 1), async (dir, [name, suite]) => {
    if (!(await passes(dir, suite))) broken.push(name);
  });
  for (const name of broken) process.stdout.write(`fails without a mutation: ${name}\n`);

  const verdicts = new Map<Mutation, Verdict>();
  await forEach(broken.length > 0 ? [] : mutations, dirs, async (dir, mutation) => {
    const verdict = await judge(dir, mutation);
    verdicts.set(mutation, verdict);
    const reason = mutation.survives === undefined ? '' : `: ${mutation.survives}`;
    process.stdout.write(`${verdict.padEnd(8)}  ${mutation.name} (${mutation.file})${reason}\n`);
  });
  const good = [...verdicts.values()].filter(
    (verdict) => verdict === 'killed' || verdict === 'survived as said',
  );
  process.stdout.write(
    `\n${good.length} of ${mutations.length} mutations are killed or listed with a reason\n`,
  );
  process.exitCode = good.length === mutations.length ? 0 : 1;
} finally {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
}
