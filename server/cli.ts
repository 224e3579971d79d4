#!/usr/bin/env -S node --enable-source-maps --
import { commandLine } from './commands/groups/command-line.ts';
import { isCode } from './system/files.ts';
import { failToStart } from './system/lifecycle.ts';

// If the reader closes the pipe, as `head` does, the command ends. Where the output cannot be written for
// another reason, as on a full disk, whoever uses it must not take a part for the whole.
process.stdout.on('error', (error: Error) => {
  if (isCode(error, 'EPIPE')) process.exit();
  failToStart(process, `The output cannot be written: ${error.message}`);
});
await commandLine(process)
  .parseAsync()
  .catch((error: unknown) => failToStart(process, error));
