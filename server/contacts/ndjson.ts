/** Longer lines are no contacts. */
const longestLine = 256 * 1024;

/** What a line that cannot be read becomes: no object, so that its answer is `invalid`. */
const unreadable = null;

/** After so long without a byte, what is there is handed on: the sender may wait for its results. */
const idleMs = 1000;

/**
 * The items of a body with one JSON value a line, up to `max` at a time, as they arrive: fewer where the
 * sender pauses. Empty lines are skipped. A line that is not JSON, not UTF-8 or too long is `null`.
 */
export async function* itemsOf(
  body: AsyncIterable<Uint8Array>,
  max: number,
): AsyncGenerator<readonly unknown[], void, undefined> {
  let items: unknown[] = [];
  for await (const line of linesOf(withPauses(body))) {
    if (line === undefined) items.push(unreadable);
    else if (line !== paused && line.trim() !== '') items.push(parse(line));
    if (items.length < max && (line !== paused || items.length === 0)) continue;
    yield items;
    items = [];
  }
  if (items.length > 0) yield items;
}

/** `undefined` for a line that is not UTF-8 or too long, of which no more is kept than that. */
async function* linesOf(
  body: AsyncIterable<Uint8Array | typeof paused>,
): AsyncGenerator<string | typeof paused | undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = () => {
    const line = length > longestLine ? undefined : decode(Buffer.concat(parts));
    [parts, length] = [[], 0];
    return line;
  };
  for await (const chunk of body) {
    if (chunk === paused) {
      yield paused;
      continue;
    }
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield take();

  function add(part: Uint8Array): void {
    length += part.length;
    if (length <= longestLine) parts.push(part);
    else parts = [];
  }
}

const lineFeed = 0x0a;

const paused = Symbol('paused');

/** The same, with `paused` between two that are more than `idleMs` apart. */
async function* withPauses<T>(source: AsyncIterable<T>): AsyncGenerator<T | typeof paused> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = iterator.next();
      // Nobody waits for it any more where storing has failed in a pause.
      next.catch(() => undefined);
      let timer: NodeJS.Timeout | undefined;
      const idle = new Promise<typeof paused>((resolve) => {
        timer = setTimeout(resolve, idleMs, paused);
      });
      const first = await Promise.race([next, idle]);
      clearTimeout(timer);
      if (first === paused) yield paused;
      const result = await next;
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    // Not waited for: it comes behind a next chunk that may never arrive.
    iterator.return?.().catch(() => undefined);
  }
}

/** Without a byte order mark. `undefined` where it is not UTF-8. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // The decoder's only error.
    return undefined;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The sender is told by the item's answer.
    return unreadable;
  }
}
