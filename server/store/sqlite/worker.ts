import { parentPort, workerData } from 'node:worker_threads';
import {
  packOutcomes,
  toPlain,
  unpackCallers,
  type AnswerMessage,
  type Answers,
  type Request,
  type RequestMessage,
} from './messages.ts';
import { SqliteFile, type SqliteFileOptions } from './sqlite-file.ts';

/*
 * The thread that works on the database file, so that a disk that hangs stops writes and nothing else. It is
 * never terminated: while a statement runs, that would abort the whole process. It ends when it has closed
 * the file.
 */
const port = parentPort;
if (!port) throw new Error('This file is run as a worker.');

const sweepEveryMs = 60_000;

let opened: SqliteFile | undefined;

/**
 * Made by the first request, so that what is wrong with SQLite itself is an answer and not the end of the
 * thread.
 */
function file(): SqliteFile {
  return (opened ??= new SqliteFile(workerData as SqliteFileOptions));
}

const sweeper = setInterval(() => {
  sweep();
}, sweepEveryMs);

port.on('message', ({ id, request }: RequestMessage) => {
  let message: AnswerMessage;
  try {
    message = { id, answer: carryOut(request) };
  } catch (error) {
    message = { id, error: toPlain(error) };
  }
  port.postMessage(message);
  if (request.do !== 'close') return;
  clearInterval(sweeper);
  port.close();
});

function carryOut(request: Request): Answers[Request['do']] {
  switch (request.do) {
    case 'open':
      file().open();
      sweep();
      return undefined;
    case 'write':
      return packOutcomes(file().write(unpackCallers(request.callers)));
    case 'read':
      return file().read(request.run);
    case 'haveSeen':
      return file().haveSeen(request.marks);
    case 'tidy':
      file().tidy(request);
      return undefined;
    case 'backUp':
      file().backUp(request.path);
      return undefined;
    case 'check':
      return file().check();
    case 'close':
      opened?.close();
      return undefined;
  }
}

/** In slices, between which writes get their turn. */
function sweep(): void {
  try {
    if (opened?.sweep(Date.now())) setImmediate(sweep);
  } catch {
    // Marks that are kept longer than needed do no harm; the next round tries again.
  }
}
