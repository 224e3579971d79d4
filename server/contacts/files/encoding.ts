/** How the bytes of a file are text. `windows-1252` has all letters of Latin-1 where Latin-1 has them. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface DetectedEncoding {
  readonly encoding: Encoding;
  readonly hasMark: boolean;
}

/** In place of bytes that are no text; a row with it is refused. */
export const unreadable = '\ufffd';

/** How many bytes at the beginning tell UTF-16 without a byte order mark. */
const looked = 4096;

/**
 * The encoding of a file that can be read several times. A byte order mark decides; without one every second
 * byte of a text in UTF-16 is zero, and all other text is UTF-8 unless more of it cannot be read so than can.
 */
export async function detectEncoding(read: () => AsyncIterable<Uint8Array>): Promise<DetectedEncoding> {
  const head = await readHead(read());
  if (startsWith(head, 0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', hasMark: true };
  if (startsWith(head, 0xff, 0xfe)) return { encoding: 'utf-16le', hasMark: true };
  if (startsWith(head, 0xfe, 0xff)) return { encoding: 'utf-16be', hasMark: true };
  const [even, odd] = zerosOf(head);
  if (Math.max(even, odd) > head.length / 8) {
    return { encoding: odd > even ? 'utf-16le' : 'utf-16be', hasMark: false };
  }
  const isUtf8 = (await isWellFormed(read())) || (await isMostlyUtf8(read()));
  return { encoding: isUtf8 ? 'utf-8' : 'windows-1252', hasMark: false };
}

/** Without the byte order mark. What cannot be read becomes `unreadable`. */
export async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<string, void, undefined> {
  if (encoding === 'windows-1252') {
    for await (const chunk of chunks) yield windows1252(chunk);
    return;
  }
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

async function isWellFormed(chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    // Not to its end: a file that is cut within a letter is not in another encoding for that.
    for await (const chunk of chunks) decoder.decode(chunk, { stream: true });
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Of the bytes beyond ASCII. A few that are broken do not make a file another encoding. */
async function isMostlyUtf8(chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
  let [right, wrong] = [0, 0];
  for await (const text of decoded(chunks, 'utf-8')) {
    for (const [letter] of text.matchAll(/\P{ASCII}/gu)) {
      if (letter === unreadable) wrong++;
      else right++;
    }
  }
  return right > wrong;
}

/** The first bytes. */
export async function readHead(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= looked) break;
  }
  return Buffer.concat(parts).subarray(0, looked);
}

export function startsWith(bytes: Uint8Array, ...mark: readonly number[]): boolean {
  return mark.every((byte, at) => bytes[at] === byte);
}

/** How many zeros are at even and at odd places. */
function zerosOf(bytes: Uint8Array): [number, number] {
  const zeros: [number, number] = [0, 0];
  bytes.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2 === 0 ? 0 : 1]++;
  });
  return zeros;
}

/**
 * `TextDecoder('windows-1252')` of Node 20 reads Latin-1: without the euro sign and curly quotes. The table
 * can go with Node 20.
 */
function windows1252(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return latin1.replace(/[\x80-\x9f]/g, (control) => at80[control.charCodeAt(0) - 0x80] ?? control);
}

/** From 0x80 on; a blank stands where Windows-1252 has no letter. */
const at80 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';
