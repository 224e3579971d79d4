import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { BrandImage } from './brand.ts';

/** In bytes. */
const largestImage = 500_000;

export const wantedImage = `a PNG, JPEG, WebP, AVIF or SVG file of at most ${largestImage / 1000} kB`;

/** The picture, or what is at the path instead. */
export function readImage(path: string): BrandImage | string {
  try {
    const { size } = statSync(path);
    if (size > largestImage) return `${JSON.stringify(path)}, which has ${Math.ceil(size / 1000)} kB`;
    const bytes = readFileSync(path);
    const type = typeOf(bytes);
    if (type === undefined) return `${JSON.stringify(path)}, which is something else`;
    return { type, bytes, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 16) };
  } catch (error) {
    return `${JSON.stringify(path)}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
  }
}

/** By the first bytes, since a name says little: https://mimesniff.spec.whatwg.org. */
function typeOf(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 16);
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^RIFF.{4}WEBP/s.test(start)) return 'image/webp';
  if (/^.{4}ftypavi[fs]/s.test(start)) return 'image/avif';
  const head = bytes.toString('utf8', 0, 4096).replace(/^\ufeff/, '');
  return /^\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/is.test(head)
    ? 'image/svg+xml'
    : undefined;
}
