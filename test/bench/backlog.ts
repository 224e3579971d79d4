import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRecords } from '../../server/outbox/file/records.ts';
import type { Signup } from '../../server/outbox/signup.ts';

const linesPerSegment = 1000;

/** A unique sign-up of about 250 bytes. */
export function makeSignup(acceptedMs: number): Signup {
  const id = randomUUID();
  return {
    id,
    form: 'newsletter',
    contact: { email: `ada.${id.slice(0, 18)}@example.com`, first_name: 'Ada', last_name: 'Lovelace' },
    page: 'https://www.example.com/blog/what-an-engine-can-do',
    acceptedAt: new Date(acceptedMs).toISOString(),
  };
}

/**
 * Writes an outbox with that many waiting sign-ups, in the outbox's own format: closed segments of 1,000
 * lines, all accepted within the last five minutes, so that every one is recent enough to be recognised as a
 * duplicate.
 */
export async function writeBacklog(dir: string, count: number): Promise<void> {
  const records = createRecords();
  const [startMs, spanMs] = [Date.now() - 300_000, 299_000];
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (let written = 0; written < count; written += linesPerSegment) {
    const lines = Array.from(
      { length: Math.min(linesPerSegment, count - written) },
      (_, line) => `${records.write(makeSignup(startMs + (spanMs * (written + line)) / count))}\n`,
    );
    const id = String(written / linesPerSegment + 1).padStart(10, '0');
    await writeFile(join(dir, `${id}-${lines.length}.ndjson`), lines.join(''), { mode: 0o600 });
  }
}
