import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { realFiles, type Files } from '../../../server/system/files.ts';

/** An operation of the outbox on the disk, with the name of the file or directory. */
export interface DiskEvent {
  readonly did: 'create' | 'write' | 'datasync' | 'sync' | 'rename' | 'unlink' | 'link';
  readonly name: string;
  /** For `rename` and `link`. */
  readonly to?: string;
}

export interface TestFiles extends Files {
  readonly events: DiskEvent[];
  /** Makes this operation fail with that code until it is set back to `undefined`. */
  fault: { readonly did: DiskEvent['did']; readonly code: string; readonly name?: RegExp } | undefined;
  /** Every datasync waits for this before it completes or fails. */
  hold: Promise<void> | undefined;
}

/** The real file system, which records its operations and can be made to fail. */
export function testFiles(): TestFiles {
  const events: DiskEvent[] = [];
  const files: TestFiles = {
    ...realFiles,
    events,
    fault: undefined,
    hold: undefined,
    open: (async (path: string, flags: string, mode?: number) => {
      if (flags.startsWith('w')) step('create', path);
      const file = await realFiles.open(path, flags, mode);
      return wrap(file, path);
    }) as Files['open'],
    rename: async (from, to) => {
      step('rename', String(from), String(to));
      await realFiles.rename(from, to);
    },
    link: async (from, to) => {
      await realFiles.link(from, to);
      step('link', String(from), String(to));
    },
    unlink: async (path) => {
      await realFiles.unlink(path);
      step('unlink', String(path));
    },
  };
  return files;

  function step(did: DiskEvent['did'], path: string, to?: string): void {
    const name = basename(path);
    const { fault } = files;
    if (fault?.did === did && (fault.name ?? /./).test(name)) {
      throw Object.assign(new Error(`${fault.code}: simulated, ${did} ${name}`), { code: fault.code });
    }
    events.push({ did, name, ...(to !== undefined && { to: basename(to) }) });
  }

  function wrap(file: FileHandle, path: string): FileHandle {
    return new Proxy(file, {
      get(target, property) {
        const own: Partial<Record<string | symbol, unknown>> = {
          write: async (bytes: Buffer, offset: number, length: number, position: number) => {
            const { fault } = files;
            if (
              fault?.did === 'write' &&
              (fault.name ?? /./).test(basename(path)) &&
              Buffer.isBuffer(bytes)
            ) {
              // A full disk still stores what fits.
              await target.write(bytes, offset, Math.floor(length / 2), position);
            }
            step('write', path);
            return target.write(bytes, offset, length, position);
          },
          writeFile: async (text: string) => {
            step('write', path);
            await target.writeFile(text);
          },
          datasync: async () => {
            await files.hold;
            step('datasync', path);
            await target.datasync();
          },
          sync: async () => {
            step('sync', path);
            await target.sync();
          },
        };
        const value: unknown = own[property] ?? Reflect.get(target, property, target);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
  }
}
