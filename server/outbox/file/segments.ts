import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerOnly, replaceFile, syncDirectory, type Files } from '../../system/files.ts';

/**
 * The write path: files that only grow, by whole lines. Everybody who appends while a write is under way shares the
 * next one, one write and one fdatasync for all of them (group commit), so that an accept costs the same whatever
 * lies there already. A segment that has its fill is closed under a name that says how many lines it holds
 * (`0000000007-1000.ndjson`), and is never written again; the open one has no number (`0000000008.ndjson`).
 *
 * Padding is written with the lines and costs the disk what they cost, but is nothing to a reader: blanks before the
 * next line, or behind the last one. Overwriting it would save the disk work, and so tell it apart.
 */
export interface Segments {
  /** Resolves when the line is on disk, and its file's name too; rejects with the system's error, and then it is not. */
  append(line: string): Promise<Place>;
  /** Takes as long as to append this line, and fails as that does, but keeps nothing of it. */
  pad(line: string): Promise<undefined>;
  /** The closed segments and the open one, oldest first, with the lines they hold. */
  list(): readonly Segment[];
  /** The lines of a segment; fewer than its name says where it was cut off. */
  read(id: number): Promise<readonly string[]>;
  /** How many lines all of them hold. */
  lines(): number;
  /** Closes this segment if nobody is appending to it just now; the next line begins another one. */
  retire(id: number): boolean;
  /** Deletes a segment, or keeps it under `damaged/` where it could not be read whole. */
  remove(id: number, as: 'settled' | 'damaged'): Promise<void>;
  close(): Promise<void>;
}

export interface Segment {
  readonly id: number;
  readonly lines: number;
}

/** Where a line stands: the first one of a segment is line 0. */
export interface Place {
  readonly segment: number;
  readonly line: number;
}

export interface SegmentsOptions {
  readonly dir: string;
  readonly files: Files;
  /** New segments have this number or a higher one: those below count as settled. */
  readonly firstId: number;
  readonly maxLines?: number;
  readonly maxBytes?: number;
}

interface Waiter {
  readonly text: string;
  readonly written: (to: OpenSegment) => void;
  readonly reject: (error: unknown) => void;
}

/** The segment that grows; `bytes` is where what is on disk of it ends, of which `padding` is no line. */
interface OpenSegment {
  readonly id: number;
  readonly file: FileHandle;
  lines: number;
  bytes: number;
  padding: number;
}

interface ClosedSegment {
  readonly lines: number;
  name: string;
  /** Resolves when that is its name for good, where it is just getting one. */
  readonly named?: Promise<void>;
}

export async function openSegments({
  dir,
  files,
  firstId,
  maxLines = 1000,
  maxBytes = 1024 * 1024,
}: SegmentsOptions): Promise<Segments> {
  const closed = new Map<number, ClosedSegment>();
  for (const name of (await files.readdir(dir)).sort()) {
    // A crash left it; the segment that it was to replace is still there.
    if (/^\d{10}\.ndjson\.tmp$/.test(name)) await files.unlink(join(dir, name));
    const [, id, lines] = /^(\d{10})(?:-(\d+))?\.ndjson$/.exec(name) ?? [];
    if (id === undefined) continue;
    closed.set(
      Number(id),
      lines === undefined ? await closeFound(Number(id)) : { lines: Number(lines), name },
    );
  }
  let nextId = Math.max(firstId, ...[...closed.keys()].map((id) => id + 1));
  let total = [...closed.values()].reduce((sum, { lines }) => sum + lines, 0);
  let open: OpenSegment | undefined;
  let waiting: Waiter[] = [];
  let flushing: Promise<void> | undefined;
  let retiring = false;

  return {
    append: (line) =>
      write(`${line}\n`, (segment) => {
        total++;
        return { segment: segment.id, line: segment.lines++ };
      }),

    pad(line) {
      const blanks = ' '.repeat(Buffer.byteLength(line) + 1);
      return write(blanks, (segment) => {
        segment.padding += blanks.length;
        return undefined;
      });
    },

    list() {
      const all = [...closed].map(([id, { lines }]) => ({ id, lines }));
      return open ? [...all, { id: open.id, lines: open.lines }] : all;
    },

    read,
    lines: () => total,

    retire(id) {
      if (open?.id !== id) return true;
      if (flushing) return false;
      retiring = true;
      startFlush();
      return true;
    },

    async remove(id, as) {
      await flushing;
      // After a write that failed, one that held nothing has been deleted already.
      if (!closed.has(id)) return;
      if (as === 'settled') {
        await removeFile(id);
        return;
      }
      const name = nameNow(id);
      await files.mkdir(join(dir, 'damaged'), { recursive: true, mode: 0o700 });
      await files.rename(join(dir, name), join(dir, 'damaged', name));
      await forget(id);
    },

    async close() {
      await flushing;
      await closeOpen();
    },
  };

  function write<T>(text: string, count: (segment: OpenSegment) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const written = (to: OpenSegment) => {
        resolve(count(to));
      };
      waiting.push({ text, written, reject });
      startFlush();
    });
  }

  async function read(id: number): Promise<readonly string[]> {
    const name = nameNow(id);
    const text = await files.readFile(join(dir, name), 'utf8').catch(async (error: unknown) => {
      // It may just be getting another name.
      await closed.get(id)?.named;
      if (nameNow(id) === name) throw error;
      return files.readFile(join(dir, nameNow(id)), 'utf8');
    });
    // What stands behind the last line feed was never promised to anybody.
    return text.split('\n').slice(0, -1).map(withoutPadding);
  }

  async function removeFile(id: number): Promise<void> {
    await files.unlink(join(dir, nameNow(id)));
    await forget(id);
  }

  /** Its lines count until its name is gone for good: whoever settled them lets go of them in the same moment. */
  async function forget(id: number): Promise<void> {
    const lines = closed.get(id)?.lines ?? 0;
    closed.delete(id);
    try {
      await syncDirectory(files, dir);
    } finally {
      total -= lines;
    }
  }

  function nameNow(id: number): string {
    return closed.get(id)?.name ?? nameOf(id);
  }

  function startFlush(): void {
    flushing ??= flush();
  }

  async function flush(): Promise<void> {
    // One turn later everything that arrived together is in the same group.
    await Promise.resolve();
    while (waiting.length > 0 || retiring) {
      if (retiring) await closeOpen();
      retiring = false;
      if (waiting.length === 0) continue;
      const group = waiting;
      waiting = [];
      try {
        const segment = await writable();
        const bytes = Buffer.from(group.map(({ text }) => text).join(''));
        await writeAt(segment, bytes);
        segment.bytes += bytes.length;
        for (const { written } of group) written(segment);
      } catch (error) {
        for (const { reject } of group) reject(error);
        await abandon();
      }
    }
    // Here and not in a callback: whoever appends after the loop has looked must find nobody flushing.
    flushing = undefined;
  }

  async function writable(): Promise<OpenSegment> {
    if (open && open.padding > maxBytes / 2) await dropPadding(open);
    if (open && (open.lines >= maxLines || open.bytes >= maxBytes)) await closeOpen();
    if (open) return open;
    const id = nextId++;
    const file = await files.open(join(dir, nameOf(id)), 'wx', ownerOnly);
    open = { id, file, lines: 0, bytes: 0, padding: 0 };
    await syncDirectory(files, dir);
    return open;
  }

  /** Or padding could fill the disk for as long as one line waits. */
  async function dropPadding(segment: OpenSegment): Promise<void> {
    const path = join(dir, nameOf(segment.id));
    const text = (await read(segment.id)).map((line) => `${line}\n`).join('');
    await replaceFile(files, path, text);
    await segment.file.close();
    const file = await files.open(path, 'r+');
    open = { ...segment, file, bytes: Buffer.byteLength(text), padding: 0 };
  }

  async function closeOpen(): Promise<void> {
    const segment = open;
    if (!segment) return;
    open = undefined;
    const { id, file, lines } = segment;
    const closing: ClosedSegment = { lines, name: nameOf(id), named: close() };
    closed.set(id, closing);
    await closing.named;

    async function close(): Promise<void> {
      try {
        await file.close();
        await files.rename(join(dir, nameOf(id)), join(dir, nameOf(id, lines)));
        closing.name = nameOf(id, lines);
      } catch {
        // The disk does not work just now. The segment keeps its open name, and is closed when the directory is
        // opened again.
      }
    }
  }

  /**
   * After a failed write or sync nobody knows what is in the page cache, so this segment ends where its last line is
   * known to be on disk, and the next append tries with a new file.
   */
  async function abandon(): Promise<void> {
    const { id, lines, bytes } = open ?? {};
    await open?.file.truncate(bytes).catch(() => {
      // What stands behind was refused to its sender, who sends it again; a second delivery changes nothing.
    });
    await closeOpen();
    // A disk that stays full would be littered with empty segments otherwise.
    if (id !== undefined && lines === 0) await removeFile(id).catch(() => undefined);
  }

  /** A segment that a crash left open: its whole lines count. */
  async function closeFound(id: number): Promise<ClosedSegment> {
    const lines = (await files.readFile(join(dir, nameOf(id)), 'utf8')).split('\n').length - 1;
    await files.rename(join(dir, nameOf(id)), join(dir, nameOf(id, lines)));
    return { lines, name: nameOf(id, lines) };
  }
}

function nameOf(id: number, lines?: number): string {
  return `${String(id).padStart(10, '0')}${lines === undefined ? '' : `-${lines}`}.ndjson`;
}

/** Not trimmed by its blanks: where one of them has gone bad, the line behind it is still whole. */
function withoutPadding(line: string): string {
  return line.slice(Math.max(0, line.indexOf('{')));
}

/** Writes at the segment's end, so that a write that failed half way is overwritten by the next one. */
async function writeAt({ file, bytes: position }: OpenSegment, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
  await file.datasync();
}
