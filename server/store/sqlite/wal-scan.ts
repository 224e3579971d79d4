import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { endianness } from 'node:os';

/**
 * What a write-ahead log holds: `cut` ends in an unfinished transaction, as after a crash; `damaged` lost its
 * middle.
 */
export type WalState = 'empty' | 'whole' | 'cut' | 'damaged';

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * Looks through a write-ahead log before it is opened. SQLite takes everything up to the first frame whose
 * checksum does not fit, and drops the rest without a word: right after a crash, but where a byte has changed
 * in the middle it loses all later commits (https://sqlite.org/fileformat2.html#walformat).
 *
 * After a bad frame, further frames of the same log mean damage. With two exceptions. A power cut can leave
 * one unfinished transaction with holes: where the machine has started anew since the last write, a bad
 * frame in the last transaction counts as cut. And a transaction that failed leaves frames that a shorter one
 * overwrites in part: where the log's index (`-shm`) is still that of this log, it says how many frames are
 * committed, and only they count.
 *
 * Where the machine has not started anew, the index also tells of a log that lost its end, or is gone: it
 * knows more frames than are there, and not all of them are in the database yet.
 *
 * @param startedAtMs Unix time in ms at which the machine started.
 */
export function scanWal(path: string, startedAtMs: number): WalState {
  const index = readIndex(`${path.slice(0, -'-wal'.length)}-shm`, startedAtMs);
  const lost = index && index.committedFrames > index.copiedFrames ? 'damaged' : 'empty';
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // There is none, or it cannot be read, which the opening will say.
    return existsSync(path) ? 'empty' : lost;
  }
  try {
    const mayHaveLostPower = fstatSync(file).mtimeMs < startedAtMs;
    const state = scanFile(file, mayHaveLostPower, mayHaveLostPower ? undefined : index);
    return state === 'empty' && !mayHaveLostPower ? lost : state;
  } finally {
    closeSync(file);
  }
}

interface Index {
  readonly salts: Buffer;
  readonly committedFrames: number;
  /** How many of them are in the database too. */
  readonly copiedFrames: number;
}

const indexHeaderBytes = 48;
/** Of the number of frames that were copied into the database, after both headers. */
const copiedAt = 2 * indexHeaderBytes;

/**
 * What the index says, https://sqlite.org/walformat.html#the_wal_index_header. It is in the machine's byte
 * order. After a power cut it says nothing.
 */
function readIndex(path: string, startedAtMs: number): Index | undefined {
  try {
    if (statSync(path).mtimeMs < startedAtMs) return undefined;
    const [one, two] = [0, indexHeaderBytes].map((at) => readBytes(path, at, indexHeaderBytes));
    // Two copies, which differ while one is written.
    if (!one || !two?.equals(one) || one[12] !== 1) return undefined;
    const copied = readBytes(path, copiedAt, 4);
    const numberIn = (bytes: Buffer, at: number) =>
      endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    const committedFrames = numberIn(one, 16);
    const copiedFrames = copied ? numberIn(copied, 0) : committedFrames;
    return { salts: one.subarray(32, 40), committedFrames, copiedFrames };
  } catch {
    // There is none, as in a copy of the files.
    return undefined;
  }
}

function readBytes(path: string, at: number, count: number): Buffer | undefined {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(count);
    return readSync(file, bytes, 0, count, at) === count ? bytes : undefined;
  } finally {
    closeSync(file);
  }
}

function scanFile(file: number, mayHaveLostPower: boolean, index: Index | undefined): WalState {
  const header = Buffer.alloc(headerBytes);
  const { size } = fstatSync(file);
  if (size < headerBytes || readSync(file, header, 0, headerBytes, 0) < headerBytes) return 'empty';
  const magic = header.readUInt32BE(0);
  const pageBytes = header.readUInt32BE(8);
  const isPage = pageBytes >= 512 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0;
  const frameBytes = frameHeaderBytes + pageBytes;
  const sum = new Checksum(magic === 0x377f0682);
  const isHeader =
    (magic === 0x377f0682 || magic === 0x377f0683) && isPage && sum.add(header, 0, 24).fits(header, 24);
  // With a header that does not fit SQLite drops the whole log, which is new and empty in no other way.
  if (!isHeader) return size > headerBytes && header.some((byte) => byte !== 0) ? 'damaged' : 'empty';

  const salts = header.subarray(16, 24);
  const frame = Buffer.alloc(frameBytes);
  let isIntact = true;
  /** Of the same log, after the first bad frame. */
  let laterFrames = 0;
  let commitsFromBad = 0;
  let framesAfterCommit = 0;
  const committed = index?.salts.equals(salts) === true ? index.committedFrames : undefined;
  const end = committed === undefined ? size : headerBytes + committed * frameBytes;
  if (index && committed !== undefined && size < end && committed > index.copiedFrames) return 'damaged';
  for (let at = headerBytes; at + frameBytes <= Math.min(end, size); at += frameBytes) {
    if (readSync(file, frame, 0, frameBytes, at) < frameBytes) break;
    const isOfThisLog = frame.subarray(8, 16).equals(salts);
    if (isIntact) {
      isIntact = isOfThisLog && sum.add(frame, 0, 8).add(frame, frameHeaderBytes, frameBytes).fits(frame, 16);
      if (isIntact) continue;
      if (isOfThisLog && frame.readUInt32BE(4) !== 0) commitsFromBad++;
      continue;
    }
    if (!isOfThisLog) continue;
    laterFrames++;
    if (commitsFromBad > 0) framesAfterCommit++;
    if (frame.readUInt32BE(4) !== 0) commitsFromBad++;
  }
  if (isIntact) return 'whole';
  if (committed !== undefined) return 'damaged';
  const isDamaged = mayHaveLostPower ? framesAfterCommit > 0 : laterFrames > 0;
  return isDamaged ? 'damaged' : 'cut';
}

/** The running checksum of a log: two sums over pairs of 32-bit words. */
class Checksum {
  readonly #isLittleEndian: boolean;
  #one = 0;
  #two = 0;

  constructor(isLittleEndian: boolean) {
    this.#isLittleEndian = isLittleEndian;
  }

  add(bytes: Buffer, from: number, to: number): this {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let one = this.#one;
    let two = this.#two;
    for (let at = from; at < to; at += 8) {
      one = (one + view.getUint32(at, this.#isLittleEndian) + two) | 0;
      two = (two + view.getUint32(at + 4, this.#isLittleEndian) + one) | 0;
    }
    this.#one = one;
    this.#two = two;
    return this;
  }

  fits(bytes: Buffer, at: number): boolean {
    return bytes.readInt32BE(at) === this.#one && bytes.readInt32BE(at + 4) === this.#two;
  }
}
