import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { decoded, detectEncoding, readHead, type DetectedEncoding } from './encoding.ts';
import { otherKindOf } from './other-kinds.ts';

/** A file of text that can be read several times, always from its beginning. */
export interface TextFile extends DetectedEncoding {
  /** As the operator calls it; `standard input`. */
  readonly name: string;
  readonly bytes: number;
  /** Without one the file may have been cut short. */
  readonly hasLastLineEnd: boolean;
  /** SHA-256 of its bytes when it was opened, in hex. */
  readonly digest: string;
  /** Its text, in pieces of some 8 KiB. Without a byte order mark. */
  text(): AsyncIterable<string>;
  close(): Promise<void>;
}

/** There is no file, or it cannot be read. The message says why, and has nothing of its contents. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
}

/** Throws where there is a reason. */
export function refuseIf(why: string | undefined): void {
  if (why !== undefined) throw new FileRefused(why);
}

/** Standard input can be read only once: it is kept in a file without a name until it is closed. */
export async function openTextFile(path: string, stdin: AsyncIterable<Uint8Array>): Promise<TextFile> {
  const isStdin = path === '-';
  const file = await (isStdin ? spool(stdin) : openThere(path));
  try {
    const bytes = await sizeOf(file);
    const read = () => chunksOf(file, bytes);
    refuseIf(otherKindOf(await readHead(read())));
    const [digest, detected] = [await digestOf(read()), await detectEncoding(read)];
    const hasLastLineEnd = await endsWithLine(file, bytes);
    return {
      name: isStdin ? 'standard input' : basename(path),
      bytes,
      digest,
      hasLastLineEnd,
      ...detected,
      text: () => decoded(read(), detected.encoding),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A pipe, such as /dev/stdin, is kept in a file too. */
async function openThere(path: string): Promise<FileHandle> {
  try {
    const file = await open(path);
    const stats = await file.stat();
    return stats.isFile() || stats.isDirectory() ? file : await spool(file.createReadStream());
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new FileRefused(`${path} cannot be read (${code}).`);
  }
}

/** Nothing is left of it when the process ends, however it ends. */
async function spool(input: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'rasa-signup-'));
  const file = await open(join(folder, 'input'), 'wx+', 0o600);
  await rm(folder, { recursive: true });
  for await (const chunk of input) await file.write(chunk);
  return file;
}

async function sizeOf(file: FileHandle): Promise<number> {
  const stats = await file.stat();
  if (stats.isDirectory()) throw new FileRefused('This is a directory, wanted a file.');
  return stats.size;
}

/** All rows of a piece are in memory at once, parsed: some 200 of them. */
const chunkBytes = 8 * 1024;

/** What is appended meanwhile is not read. */
async function* chunksOf(file: FileHandle, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes;) {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, bytes - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw new FileRefused('The file became shorter while it was read.');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function endsWithLine(file: FileHandle, bytes: number): Promise<boolean> {
  const length = Math.min(2, bytes);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, bytes - length);
  // In UTF-16 a line feed has two bytes, of which one is zero.
  const last = buffer.at(-1) === 0 ? buffer.at(-2) : buffer.at(-1);
  return last === 0x0a || last === 0x0d;
}

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
