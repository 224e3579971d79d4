/** Longer lines are no contacts. In characters. */
export const longestLine = 256 * 1024;

/** In place of a line that is too long. A noncharacter, which no text has. */
export const tooLong = '\ufdd0';

/**
 * The same text in pieces of whole lines, each line with a line feed at its end, whichever of CR LF, LF and
 * CR the text has. A line that is too long is replaced by `tooLong`, and no more of it is kept than that.
 */
export async function* wholeLines(
  chunks: AsyncIterable<string>,
  longest = longestLine,
): AsyncGenerator<string, void, undefined> {
  const line = new OpenLine(longest);
  for await (const chunk of withLineFeeds(chunks)) {
    const end = chunk.indexOf('\n');
    if (end < 0) {
      line.add(chunk);
      continue;
    }
    line.add(chunk.slice(0, end));
    yield `${line.take()}\n`;
    const last = chunk.lastIndexOf('\n');
    if (last > end) yield cut(chunk.slice(end + 1, last + 1), longest);
    line.add(chunk.slice(last + 1));
  }
  const rest = line.take();
  if (rest !== '') yield `${rest}\n`;
}

/** A chunk can be longer than a line may be. */
function cut(lines: string, longest: number): string {
  if (lines.length <= longest) return lines;
  return lines
    .split('\n')
    .map((line) => (line.length > longest ? standIn(line) : line))
    .join('\n');
}

/** A line whose end has not come. */
class OpenLine {
  readonly #longest: number;
  #parts: string[] = [];
  #length = 0;
  #quotes = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  add(part: string): void {
    this.#length += part.length;
    if (this.#length <= this.#longest) {
      this.#parts.push(part);
      return;
    }
    for (const kept of [...this.#parts, part]) this.#quotes += quotesIn(kept);
    this.#parts = [];
  }

  take(): string {
    const isTooLong = this.#length > this.#longest;
    const line = isTooLong ? standInFor(this.#quotes) : this.#parts.join('');
    [this.#parts, this.#length, this.#quotes] = [[], 0, 0];
    return line;
  }
}

/** With a quote where the line has an odd number: it may end a cell that began in a line before. */
function standInFor(quotes: number): string {
  return quotes % 2 === 1 ? `${tooLong}"` : tooLong;
}

function standIn(line: string): string {
  return standInFor(quotesIn(line));
}

function quotesIn(text: string): number {
  return text.split('"').length - 1;
}

/**
 * A carriage return ends lines only where it ends the first one: alone in other files it is a part of a cell.
 */
async function* withLineFeeds(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let style: 'unknown' | 'lf' | 'cr' = 'unknown';
  let held = '';
  for await (const chunk of chunks) {
    let text = held + chunk;
    // It may be the half of CR LF.
    held = text.endsWith('\r') ? '\r' : '';
    if (held !== '') text = text.slice(0, -1);
    if (style === 'unknown') style = styleOf(text);
    yield style === 'cr' ? text.replace(/\r\n?/g, '\n') : text.replace(/\r+\n/g, '\n');
  }
  if (held !== '') yield '\n';
}

function styleOf(text: string): 'unknown' | 'lf' | 'cr' {
  const [, first = ''] = /^[\r\n]*([^\n]*)/.exec(text) ?? [];
  const [line = '', ...more] = first.split(/\r(?![\r\n]|$)/);
  // In a quoted cell it is a part of that.
  if (more.length > 0 && quotesIn(line) % 2 === 0) return 'cr';
  return text.includes('\n') ? 'lf' : 'unknown';
}
