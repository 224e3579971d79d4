import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One answer as it was on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Conversation {
  readonly answers: readonly RawAnswer[];
  /** Whether the connection served one more request afterwards, whose answer was the next one. */
  readonly isOpen: boolean;
}

const farewell = 'GET /farewell HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n';

/**
 * Sends exactly these bytes (latin1), which a client library would correct or extend, and reads until the
 * connection ends. If it stays open, one more request follows, so that a missing or extra answer is noticed.
 */
export async function converse(url: string, bytes: string): Promise<Conversation> {
  const socket = await openSocket(url);
  let text = '';
  let farewells = 0;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (farewells > 0 || readAnswers(text).at(-1)?.headers['connection'] !== 'keep-alive') return;
    farewells++;
    socket.write(farewell);
  });
  const closed = once(socket, 'close');
  socket.write(bytes, 'latin1');
  await closed;
  const answers = readAnswers(text);
  const isOpen = farewells > 0 && answers.at(-1)?.body.includes('/farewell') === true;
  return { answers: isOpen ? answers.slice(0, -1) : answers, isOpen };
}

/** A connection whose errors matter only to tests that check them. */
export async function openSocket(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** The complete answers in a text, without 100 Continue and the like. */
export function readAnswers(text: string): RawAnswer[] {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return [];
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const bodyStart = end + 4;
  // Answers of Node itself announce chunks but contain none.
  const noChunks = headers['transfer-encoding'] === 'chunked' ? '0\r\n\r\n'.length : 0;
  const length = Number(headers['content-length'] ?? 0);
  const rest = text.slice(bodyStart + length + noChunks);
  if (status === 100) return readAnswers(rest);
  if (text.length < bodyStart + length) return [];
  return [{ status, headers, body: text.slice(bodyStart, bodyStart + length) }, ...readAnswers(rest)];
}
