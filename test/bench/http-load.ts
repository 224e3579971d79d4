import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { quantile } from './load.ts';

/**
 * Sends prepared requests over plain sockets, so that the generator costs the machine little and does not
 * affect the measurement. Any answer other than 202 ends the benchmark.
 */
export interface Target {
  readonly port: number;
  /** The next request, which this server has not seen before. */
  readonly next: () => Buffer;
}

/** From the time when a request was due until its answer. */
export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly worstMs: number;
}

const connections = 64;

/** One connection, one request at a time. */
interface Line {
  send(request: Buffer): Promise<void>;
  close(): void;
}

/**
 * Callers on kept connections, each of which waits for its answer before the next request. Resolves with
 * answers per second.
 */
export async function closedLoop(
  { port, next }: Target,
  requests: number,
  callers = connections,
): Promise<number> {
  const lines = await openLines(port, callers);
  let left = requests;
  const start = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      while (left-- > 0) await line.send(next());
    }),
  );
  const perSecond = requests / ((performance.now() - start) / 1000);
  for (const line of lines) line.close();
  return perSecond;
}

/**
 * Visitors who arrive independently of earlier answers, over 64 kept connections. If none is free, a visitor
 * waits for one.
 */
export async function openLoop({ port, next }: Target, perSecond: number, ms: number): Promise<Latencies> {
  const lines = await openLines(port);
  const free = [...lines];
  const queue: ((line: Line) => void)[] = [];
  const latencies = await arrivals(perSecond, ms, async () => {
    const line = free.pop() ?? (await new Promise<Line>((resolve) => queue.push(resolve)));
    await line.send(next());
    const waiting = queue.shift();
    if (waiting) waiting(line);
    else free.push(line);
  });
  for (const line of lines) line.close();
  return latencies;
}

/** The same with a new connection for each visitor, as in production. */
export function openLoopFresh({ port, next }: Target, perSecond: number, ms: number): Promise<Latencies> {
  return arrivals(perSecond, ms, () => visit(port, next()));
}

/** That many visitors at the same moment, each on a new connection. */
export async function burst({ port, next }: Target, visitors: number): Promise<Latencies> {
  const start = performance.now();
  const latencies = Array.from({ length: visitors }, async () => {
    await visit(port, next());
    return performance.now() - start;
  });
  return summaryOf(await Promise.all(latencies));
}

/**
 * Waits with turns of the event loop instead of timers: a timer is late by up to a millisecond, which would
 * distort the result.
 */
async function arrivals(perSecond: number, ms: number, arrive: () => Promise<void>): Promise<Latencies> {
  const count = Math.round((perSecond * ms) / 1000);
  const latencies: Promise<number>[] = [];
  const start = performance.now();
  while (latencies.length < count) {
    const dueMs = start + (latencies.length * 1000) / perSecond;
    if (performance.now() < dueMs) await new Promise((resolve) => setImmediate(resolve));
    else latencies.push(arrive().then(() => performance.now() - dueMs));
  }
  return summaryOf(await Promise.all(latencies));
}

async function visit(port: number, request: Buffer): Promise<void> {
  const line = await openLine(port);
  await line.send(request);
  line.close();
}

function openLines(port: number, count = connections): Promise<Line[]> {
  return Promise.all(Array.from({ length: count }, () => openLine(port)));
}

async function openLine(port: number): Promise<Line> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return {
    async send(request) {
      const answered = answerOn(socket);
      socket.write(request);
      const answer = await answered;
      if (!answer.startsWith('HTTP/1.1 202 ')) throw new Error(`Not accepted: ${answer}`);
    },
    close: () => socket.destroy(),
  };
}

function answerOn(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const finish = (settle: () => void) => {
      socket.off('data', read).off('error', reject).off('close', hangUp);
      settle();
    };
    const hangUp = () => {
      reject(new Error('The server closed the connection.'));
    };
    const read = (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      const headEnd = answer.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const [, length] = /\r\ncontent-length: (\d+)/i.exec(answer) ?? [];
      if (answer.length < headEnd + 4 + Number(length)) return;
      finish(() => {
        resolve(answer);
      });
    };
    socket.on('data', read).on('error', reject).on('close', hangUp);
  });
}

function summaryOf(latencies: readonly number[]): Latencies {
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    p999Ms: quantile(sorted, 0.999),
    worstMs: quantile(sorted, 1),
  };
}
