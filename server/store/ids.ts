import { randomFillSync } from 'node:crypto';

/**
 * A new id of our own: a UUIDv7 (RFC 9562), which starts with the time, so that an index over ids grows at
 * its end. Ids of one process ascend, also within a millisecond and when the clock is set back.
 */
export function createIds(now: () => number = Date.now): () => string {
  const random = createRandom();
  let lastMs = 0;
  let counter = 0;
  return () => {
    const ms = now();
    if (ms > lastMs) {
      lastMs = ms;
      counter = random(2).readUInt16BE() & 0x7ff;
    } else if (++counter > 0xfff) {
      lastMs++;
      counter = 0;
    }
    const bits = random(8);
    bits[0] = 0x80 | ((bits[0] ?? 0) & 0x3f);
    const tail = bits.toString('hex');
    return `${idsFrom(lastMs)}-7${counter.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  };
}

/** What the ids of a time and all later ones are greater than. What lies below is found without a scan. */
export function idsFrom(ms: number): string {
  const time = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

const drawnBytes = 4096;

/** Random bytes, drawn in advance: a draw costs as much for many bytes as for a few. */
export function createRandom(): (count: number) => Buffer {
  const drawn = Buffer.alloc(drawnBytes);
  let at = drawnBytes;
  return (count) => {
    if (at + count > drawnBytes) {
      randomFillSync(drawn);
      at = 0;
    }
    at += count;
    return Buffer.from(drawn.subarray(at - count, at));
  };
}
