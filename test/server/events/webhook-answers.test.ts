import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Sender } from '../../../server/events/webhooks/sender.ts';
import { startReceiver } from '../../helpers/server/receiver.ts';

const nowMs = Date.parse('2026-11-27T12:00:00Z');
const { signal: never } = new AbortController();

async function sendTo(url: string, timeoutMs = 20_000) {
  const sender = new Sender({ now: () => nowMs, timeoutMs });
  onTestFinished(() => sender.close());
  return sender.send({ url, secrets: [], mayBePrivate: false }, { id: 'a', body: '{}' }, never);
}

/** An endpoint that answers with these bytes and hangs up, or goes on with others until it is hung up on. */
async function startRaw(answer: string, more?: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      if (more === undefined) {
        socket.end(answer);
        return;
      }
      socket.write(answer);
      const writeOn = () => {
        if (!socket.destroyed) socket.write(more, () => setImmediate(writeOn));
      };
      writeOn();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

describe('the answer of an endpoint', () => {
  it.each([
    ['in HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nok'],
    ['without a reason or a body', 'HTTP/1.1 204\r\n\r\n'],
    [
      'after a hint',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'that never ends',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      `400\r\n${'x'.repeat(1024)}\r\n`,
    ],
  ])('%s is a delivery', async (_, answer = '', more?: string) => {
    expect(await sendTo(await startRaw(answer, more))).toMatchObject({ is: 'delivered' });
  });

  it.each([
    ['with a header of 100 kB', `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['that is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'with a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('%s is a failure, and names no secret', async (_, answer) => {
    const sent = await sendTo(await startRaw(answer));
    expect(sent.is).toBe('failed');
    expect(JSON.stringify(sent)).not.toContain('/hook');
  });

  it('that does not come in time is a failure', async () => {
    const hangs = await startReceiver(() => undefined);
    expect(await sendTo(hangs.url, 300)).toMatchObject({ is: 'failed', result: 'no answer within 0.3 s' });
  });

  it.each([301, 302, 303, 307, 308])('%i is a failure, and is not followed', async (status) => {
    const inside = await startReceiver();
    const outside = await startReceiver((response) =>
      response.writeHead(status, { location: inside.url }).end(),
    );
    expect(await sendTo(outside.url)).toMatchObject({ is: 'failed', result: `answered ${status}` });
    expect(inside.messages).toEqual([]);
  });

  it.each([
    ['120', 120_000],
    ['Fri, 27 Nov 2026 12:01:00 GMT', 60_000],
    // A day at most.
    ['99999999999999999999', 86_400_000],
    ['Fri, 27 Nov 2099 12:01:00 GMT', 86_400_000],
    // None of these shortens or lengthens the pause that there is without it.
    ['0', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['in 2030', undefined],
    ['1 Jan 2030', undefined],
    ['Fri, 27 Nov 2020 12:01:00 GMT', undefined],
    ['', undefined],
  ])('429 with Retry-After %j asks for %s ms', async (value, afterMs) => {
    const { url } = await startReceiver((response) =>
      response.writeHead(429, { 'retry-after': value }).end(),
    );
    const sent = await sendTo(url);
    expect(sent).toMatchObject({ is: 'failed', result: 'answered 429' });
    expect('afterMs' in sent ? sent.afterMs : undefined).toBe(afterMs);
  });
});
