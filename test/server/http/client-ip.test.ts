import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClientAddress, type TrustProxy } from '../../../server/http/client-ip.ts';
import { listen } from '../../../server/http/http-server.ts';
import { deferred } from '../../helpers/deferred.ts';
import { openSocket } from '../../helpers/server/raw.ts';
import { recordLog } from '../../helpers/server/outbox.ts';

function open(trustProxy: TrustProxy) {
  const { log, lines } = recordLog();
  const clientAddress = createClientAddress(trustProxy, log);
  const from = (peer: string | undefined, forwarded?: string, headers: object = {}) =>
    clientAddress({
      socket: { remoteAddress: peer },
      headers: { ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }), ...headers },
    } as unknown as IncomingMessage);
  return { from, lines };
}

describe("the visitor's address", () => {
  it.each<[TrustProxy, peer: string, forwarded: string | undefined, address: string]>([
    [false, '192.0.2.1', undefined, '192.0.2.1'],
    [false, '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    [1, '192.0.2.1', undefined, '192.0.2.1'],
    [1, '192.0.2.1', '203.0.113.9', '203.0.113.9'],
    [1, '192.0.2.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    [2, '192.0.2.1', '198.51.100.1, 203.0.113.9', '198.51.100.1'],
    [2, '192.0.2.1', '203.0.113.9', '203.0.113.9'],
    [1, '192.0.2.1', '203.0.113.9:51234', '203.0.113.9'],
    [1, '192.0.2.1', '[2001:db8::1]:51234', '2001:db8::1'],
    [1, '192.0.2.1', '2001:db8::1', '2001:db8::1'],
    [1, '192.0.2.1', 'unknown', '192.0.2.1'],
    [1, '192.0.2.1', ' , ', '192.0.2.1'],
    [['192.0.2.0/24'], '192.0.2.1', '203.0.113.9', '203.0.113.9'],
    [['192.0.2.0/24'], '192.0.2.1', '203.0.113.9, 192.0.2.7', '203.0.113.9'],
    [['192.0.2.0/24'], '198.51.100.1', '203.0.113.9', '198.51.100.1'],
    [['2001:db8:1::/48'], '2001:db8:1::1', '203.0.113.9', '203.0.113.9'],
  ])('with TRUST_PROXY %s, from %s with X-Forwarded-For %s, is %s', (trust, peer, forwarded, address) => {
    expect(open(trust).from(peer, forwarded)).toBe(address);
  });

  it.each<[forwarded: string, address: string]>([
    ['203.0.113.9, 10.0.0.4:60001', '203.0.113.9'],
    ['203.0.113.9:51234, 10.0.0.4:60001, 10.0.0.5', '203.0.113.9'],
    ['203.0.113.9, 10.0.0.4:60001, 10.0.0.5:1', '203.0.113.9'],
    ['[2001:db8::9]:51234, [fd00::4]:60001', '2001:db8::9'],
    ['[2001:db8::9], [fd00::4]', '2001:db8::9'],
    ['"[2001:db8::9]:51234", "[fd00::4]"', '2001:db8::9'],
    ['203.0.113.9, [::ffff:10.0.0.4]:60001', '203.0.113.9'],
    ['203.0.113.9, fd00::4%eth0', '203.0.113.9'],
    ['203.0.113.9,10.0.0.4:60001 ', '203.0.113.9'],
    ['203.0.113.9, 10.0.0.4:_hidden', '203.0.113.9'],
    ['unknown, 10.0.0.4:60001', '10.0.0.4'],
    ['203.0.113.9:51234, 198.51.100.7:80', '198.51.100.7'],
  ])('D6: with networks, X-Forwarded-For %s, is %s', (forwarded, address) => {
    expect(open(['10.0.0.0/8', 'fd00::/8']).from('10.0.0.1', forwarded)).toBe(address);
  });
});

describe('D6: behind a web server that connects by a Unix socket', () => {
  it.each<[TrustProxy, forwarded: string | undefined, address: string]>([
    [['127.0.0.1'], '203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8', '::1'], '203.0.113.9:51234, 10.0.0.4:60001', '203.0.113.9'],
    [['10.0.0.0/8'], '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8'], undefined, ''],
    [1, '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    [2, '203.0.113.9, 10.0.0.4', '203.0.113.9'],
    [false, '203.0.113.9', ''],
  ])('with TRUST_PROXY %s and X-Forwarded-For %s, is %s', (trust, forwarded, address) => {
    expect(open(trust).from(undefined, forwarded)).toBe(address);
  });

  it('nobody counts as such who has disconnected', async () => {
    const { promise, resolve } = deferred<string>();
    const { log } = recordLog();
    const addressOf = createClientAddress(['10.0.0.0/8'], log);
    const server = await listen(
      (request) => {
        request.socket.once('close', () => {
          resolve(addressOf(request));
        });
      },
      { host: '127.0.0.1', port: 0 },
    );
    const socket = await openSocket(server.url);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n', () => {
      socket.resetAndDestroy();
    });
    expect(await promise).toBe('127.0.0.1');
    await server.close(0);
  });
});

describe('a setting that does not match the requests', () => {
  it.each([
    ['X-Forwarded-For', '203.0.113.9', {}],
    ['Forwarded', undefined, { forwarded: 'for=203.0.113.9' }],
  ])(
    'is logged once, with the remedy, when %s arrives and no proxy is trusted',
    (_name, forwarded, headers) => {
      const { from, lines } = open(false);
      for (let i = 0; i < 3; i++) from('192.0.2.1', forwarded, headers);
      expect(lines().match(/set TRUST_PROXY to the number of proxies/g)).toHaveLength(1);
      expect(lines()).not.toContain('203.0.113.9');
    },
  );

  it('is logged once when more addresses arrive than are trusted', () => {
    const { from, lines } = open(1);
    from('192.0.2.1', '203.0.113.9');
    expect(lines()).toBe('');
    for (let i = 0; i < 3; i++) from('192.0.2.1', '198.51.100.1, 203.0.113.9');
    expect(lines().match(/TRUST_PROXY has to count it/g)).toHaveLength(1);
  });
});
