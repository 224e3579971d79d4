import { closeSync, fsyncSync, openSync, statfsSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { ownerOnly } from '../../system/files.ts';
import { StoreUnavailable } from '../errors.ts';

export interface FileGuardOptions {
  /** Of the database file. */
  readonly path: string;
  /** With less space than this left, only settling writes are taken. */
  readonly reserveBytes: number;
}

/**
 * Looks at what SQLite does not see: that its files still have their names, and how much space is left. Where
 * a file was renamed or removed, SQLite writes on into a file that no restart will find.
 */
export class FileGuard {
  readonly #path: string;
  readonly #reserveBytes: number;
  #database: string | undefined;
  #wal: string | undefined;

  constructor({ path, reserveBytes }: FileGuardOptions) {
    this.#path = path;
    this.#reserveBytes = reserveBytes;
  }

  /** Fails where the file that was open is gone: opening would make a new one in its place. */
  checkBeforeOpening(): void {
    if (this.#database !== undefined && identityOf(this.#path) !== this.#database)
      throw this.#moved(this.#path);
  }

  /** Takes the file that is there for the one to watch; once one was watched, only that one. */
  begin(): void {
    this.#database ??= identityOf(this.#path);
    this.#wal = undefined;
    this.check();
  }

  /** Before each commit. The log's file appears with the first transaction. */
  check(): void {
    if (identityOf(this.#path) !== this.#database) throw this.#moved(this.#path);
    const wal = identityOf(this.#walPath);
    if (this.#wal !== undefined && wal !== this.#wal) throw this.#moved(this.#walPath);
    this.#wal = wal;
  }

  /**
   * Whether there is more space than what is kept for settling. A file system that does not say has enough.
   */
  hasSpace(): boolean {
    const free = this.#freeBytes();
    return free === undefined || free >= this.#reserveBytes;
  }

  /**
   * Fills a file that can be given up when the disk is full, so that what was accepted can still be
   * acknowledged. Its content is random, since some file systems give no space to zeros.
   */
  layBallast(): void {
    if (this.#reserveBytes === 0) return;
    const free = this.#freeBytes();
    if (free === undefined || free < 3 * this.#reserveBytes || identityOf(this.#ballastPath) !== undefined)
      return;
    const file = openSync(this.#ballastPath, 'w', ownerOnly);
    try {
      writeSync(file, randomBytes(this.#reserveBytes / 2));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  /** Gives the ballast up. False where there is none. */
  dropBallast(): boolean {
    try {
      unlinkSync(this.#ballastPath);
      return true;
    } catch {
      // It is gone already, or cannot be removed: nothing is gained either way.
      return false;
    }
  }

  get #walPath(): string {
    return `${this.#path}-wal`;
  }

  get #ballastPath(): string {
    return reservePath(this.#path);
  }

  #freeBytes(): number | undefined {
    try {
      const { blocks, bavail, bsize } = statfsSync(dirname(this.#path));
      return blocks === 0 ? undefined : bavail * bsize;
    } catch {
      // The directory cannot be looked at: SQLite's own error will say more.
      return undefined;
    }
  }

  #moved(path: string): StoreUnavailable {
    const message = `${path} was renamed, removed or replaced while in use. Nothing more is written until it is back or the process is restarted.`;
    return new StoreUnavailable('moved', { message });
  }
}

/** The ballast's file. It is laid when the database has been made, so that it tells that there was one. */
export function reservePath(path: string): string {
  return `${path}-reserve`;
}

/** Device and inode of a file. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
