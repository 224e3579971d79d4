import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { Session, type Profiler } from 'node:inspector/promises';

/** CPU time of the main thread that was spent in one place, in µs. */
export interface Spent {
  /** A folder of ours, a package, `node` for what Node itself does, or `collecting garbage`. */
  readonly where: string;
  readonly micros: number;
}

/** Watches this thread of a child that `buildScript` built; the result stops it and says the sums. */
export async function startProfile(script: string): Promise<() => Promise<readonly Spent[]>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return sumsOf(profile, readBuilt(script));
  };
}

interface Built {
  readonly script: string;
  readonly sources: SourceMap;
}

function readBuilt(script: string): Built {
  return {
    script,
    sources: new SourceMap(JSON.parse(readFileSync(`${script}.map`, 'utf8')) as SourceMapPayload),
  };
}

type Node = Profiler.Profile['nodes'][number];

function sumsOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, built: Built) {
  const places = new Map<number, string | undefined>();
  // Nodes come after their callers. What Node does for a place of ours counts as that place's.
  for (const { id, callFrame, children = [] } of nodes) {
    const own = placeOf(callFrame, built) ?? places.get(id);
    for (const child of children) places.set(child, own);
    places.set(id, own);
  }
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id),
  );
  const sums = new Map<string, number>();
  samples.forEach((id, at) => {
    const where = places.get(id) ?? 'node';
    if (!idle.has(id) && where !== 'test') sums.set(where, (sums.get(where) ?? 0) + (timeDeltas[at] ?? 0));
  });
  return [...sums].map(([where, micros]): Spent => ({ where, micros })).sort((a, b) => b.micros - a.micros);
}

/** Undefined for what is Node's own. */
function placeOf(
  { functionName, url, lineNumber, columnNumber }: Node['callFrame'],
  { script, sources }: Built,
): string | undefined {
  if (functionName === '(garbage collector)') return 'collecting garbage';
  const entry: { readonly originalSource?: string } = sources.findEntry(lineNumber, columnNumber);
  const source = url.endsWith(script) ? (entry.originalSource ?? '') : url;
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  return name ?? /\/(server\/[^/]+|shared|test)\//.exec(source)?.[1];
}
