import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import { onTestFinished } from 'vitest';
import { openFileOutbox, type FileOutboxOptions } from '../../../server/outbox/file/file-outbox.ts';
import type { Circuit, Outbox } from '../../../server/outbox/outbox.ts';
import type { Signup } from '../../../server/outbox/signup.ts';

/** A log whose lines can be read. */
export function recordLog(): { readonly log: Logger; readonly lines: () => string } {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { log: pino({ level: 'trace' }, stream), lines: () => lines.join('') };
}

/** An outbox on a real disk, closed after the test. */
export async function openTestOutbox(
  options: Partial<FileOutboxOptions> & { readonly dir: string },
): Promise<Outbox> {
  const outbox = await openFileOutbox({
    log: recordLog().log,
    process,
    onLost: () => {
      throw new Error('the lock was lost');
    },
    ...options,
  });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= outbox.close());
  onTestFinished(close);
  return { ...outbox, close };
}

/** rasa.io accepts sign-ups. */
export const closedCircuit: Circuit = { failures: 0, untilMs: 0 };

export function makeSignup(
  id: string,
  email = `${id}@example.com`,
  acceptedAt = new Date().toISOString(),
): Signup {
  return { id, form: 'newsletter', contact: { email }, acceptedAt };
}

export const idsOf = (taken: readonly { readonly signup: Signup }[]): string[] =>
  taken.map(({ signup }) => signup.id);
