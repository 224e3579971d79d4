import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** Something that left the process, and where it was found. */
export interface Evidence {
  readonly where: string;
  readonly bytes: Buffer;
}

/** Where marked secrets are in the evidence, each as `where: name, as encoding`. */
export function findLeaks(
  evidence: readonly Evidence[],
  marks: Readonly<Record<string, string | Buffer>>,
): string[] {
  const patterns = Object.entries(marks).flatMap(([name, mark]) =>
    encodingsOf(Buffer.from(mark)).map(([encoding, bytes]) => ({ name, encoding, bytes })),
  );
  return evidence.flatMap(({ where, bytes }) => {
    const found = patterns.filter((pattern) => bytes.includes(pattern.bytes));
    // Most marks look the same in several encodings; the first one is named.
    const first = new Map(found.toReversed().map((pattern) => [pattern.name, pattern.encoding]));
    return [...first].map(([name, encoding]) => `${where}: ${name}, as ${encoding}`);
  });
}

/** Every encoding of the same bytes. */
export function encodingsOf(mark: Buffer): readonly (readonly [string, Buffer])[] {
  const text = mark.toString();
  const hex = mark.toString('hex');
  const json = JSON.stringify(text).slice(1, -1);
  const url = encodeURIComponent(text);
  const written: Record<string, string> = {
    'hex, lower case': hex,
    'hex, upper case': hex.toUpperCase(),
    'URL-encoded': url,
    'URL-encoded, lower case': url.replace(/%../g, (code) => code.toLowerCase()),
    'URL-encoded as a form': new URLSearchParams({ '': text }).toString().slice(1),
    JSON: json,
    'JSON in JSON': JSON.stringify(json).slice(1, -1),
    'JSON, ASCII alone': json.replace(
      /[^ -~]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
    HTML: text.replace(/[&<>"']/g, (char) => `&${html[char] ?? ''};`),
    ...base64sOf(mark),
  };
  return [
    ['plain', mark],
    ['UTF-16LE', Buffer.from(text, 'utf16le')],
    ...Object.entries(written).map(([name, value]) => [name, Buffer.from(value)] as const),
  ];
}

const html: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };

/**
 * After zero, one or two other bytes the encoding differs; characters that depend on the neighbours are
 * omitted.
 */
function base64sOf(mark: Buffer): Record<string, string> {
  return Object.fromEntries(
    [0, 1, 2].flatMap((offset) => {
      const base64 = Buffer.concat([Buffer.alloc(offset), mark]).toString('base64');
      const own = base64.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + mark.length) * 8) / 6));
      return [
        [`base64, at ${offset}`, own],
        [`base64url, at ${offset}`, own.replaceAll('+', '-').replaceAll('/', '_')],
      ];
    }),
  );
}

/** Every file below a directory, and the contents of compressed ones. */
export function filesBelow(dir: string): Evidence[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const where = join(entry.parentPath, entry.name);
      const bytes = readFileSync(where);
      const open = { '.gz': gunzipSync, '.br': brotliDecompressSync }[where.slice(-3)];
      return [
        { where: `${where} (its name)`, bytes: Buffer.from(where) },
        { where, bytes },
        ...(open ? [{ where: `${where}, opened`, bytes: open(bytes) }] : []),
      ];
    });
}
