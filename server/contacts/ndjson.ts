/** Longer lines are no contacts. */
const longestLine = 256 * 1024;

/** What a line that cannot be read becomes: no object, so that its answer is `invalid`. */
const unreadable = null;

/**
 * The items of a body with one JSON value a line, up to `max` at a time, as they arrive. Empty lines are
 * skipped. A line that is not JSON, not UTF-8 or too long is `null`.
 */
export async function* itemsOf(
  body: AsyncIterable<Uint8Array>,
  max: number,
): AsyncGenerator<readonly unknown[], void, undefined> {
  let items: unknown[] = [];
  for await (const line of linesOf(body)) {
    if (line === undefined) items.push(unreadable);
    else if (line.trim() !== '') items.push(parse(line));
    if (items.length < max) continue;
    yield items;
    items = [];
  }
  if (items.length > 0) yield items;
}

/** `undefined` for a line that is not UTF-8 or too long, of which no more is kept than that. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = () => {
    const line = length > longestLine ? undefined : decode(Buffer.concat(parts));
    [parts, length] = [[], 0];
    return line;
  };
  for await (const chunk of body) {
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
