import { open } from 'node:fs/promises';

/**
 * The reference for the outbox: the least code that makes a line durable before it is acknowledged. Lines
 * that arrive during a write share the next one, with one write and one fdatasync for all.
 */
export interface BareAppend {
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

export async function openBareAppend(path: string): Promise<BareAppend> {
  const file = await open(path, 'a', 0o600);
  let lines = '';
  let next: Promise<void> | undefined;
  let last = Promise.resolve();
  return {
    append(line) {
      lines += line;
      next ??= last = last.then(async () => {
        const group = lines;
        lines = '';
        next = undefined;
        await file.write(group);
        await file.datasync();
      });
      return next;
    },
    close: () => file.close(),
  };
}
