import { describe, expect, it, onTestFinished } from 'vitest';
import { createPost } from '../../../server/alerts/targets.ts';
import { isNoteUrl } from '../../../server/config/alerts/alert-settings.ts';
import { Sender } from '../../../server/events/webhooks/sender.ts';
import { kindOfAddress, namesThisMachine } from '../../../server/system/network/addresses.ts';
import { startReceiver } from '../../helpers/server/receiver.ts';

describe('the addresses of webhooks', () => {
  it.each([
    ['127.0.0.1', 'special'],
    ['0.0.0.0', 'special'],
    ['169.254.169.254', 'special'],
    ['100.100.100.200', 'special'],
    ['168.63.129.16', 'special'],
    ['::ffff:168.63.129.16', 'special'],
    ['fd00:ec2::254', 'special'],
    ['fd00:ec2::23', 'special'],
    ['fd20:ce::254', 'special'],
    ['fd00:c1::a9fe:a9fe', 'special'],
    ['fd00:42::42', 'special'],
    ['fd00:a9fe:a9fe::1', 'special'],
    ['::1', 'special'],
    ['::', 'special'],
    ['::ffff:127.0.0.1', 'special'],
    ['::ffff:7f00:1', 'special'],
    ['0:0:0:0:0:ffff:169.254.169.254', 'special'],
    ['64:ff9b::7f00:1', 'special'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['::127.0.0.1', 'special'],
    ['2002:7f00:1::', 'special'],
    ['2001:0:4136:e378::1', 'special'],
    ['fe80::1', 'special'],
    ['fe80::1%eth0', 'special'],
    ['ff02::1', 'special'],
    ['224.0.0.1', 'special'],
    ['255.255.255.255', 'special'],
    ['no address', 'special'],
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['fc00::1', 'private'],
    ['8.8.8.8', 'public'],
    ['172.32.0.1', 'public'],
    ['2606:4700::1111', 'public'],
    // Oracle's metadata, credentials of Amazon's containers, benchmarks, relays of 6to4, class E.
    ['192.0.0.192', 'special'],
    ['169.254.170.2', 'special'],
    ['198.19.255.255', 'special'],
    ['192.88.99.1', 'special'],
    ['240.0.0.1', 'special'],
    ['100.127.255.255', 'private'],
    ['::ffff:100.100.100.200', 'special'],
    // Translated, mapped and tunnelled, in ranges of their own.
    ['64:ff9b::a9fe:a9fe', 'special'],
    ['64:ff9b:1::7f00:1', 'special'],
    ['::ffff:0:127.0.0.1', 'special'],
    ['2002:a00:1::', 'special'],
    ['2001:db8::1', 'special'],
    ['fec0::1', 'special'],
    ['fe80::a9fe:a9fe%1', 'special'],
    ['100::1', 'special'],
    ['5f00::1', 'special'],
    ['fd12:3456::1', 'private'],
  ])('%s is %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind);
  });

  it('are this machine only where the URL says so plainly', () => {
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:8080', '[::1]']) {
      expect(namesThisMachine(`http://${host}/a`), host).toBe(true);
    }
    for (const host of [
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '127.1',
      '[::ffff:127.0.0.1]',
      'localhost.',
      'a@localhost',
      'localhost.example.com',
    ]) {
      expect(namesThisMachine(`http://${host}/a`), host).toBe(false);
    }
  });

  it('are checked when the connection is made, however they are spelt', async () => {
    const receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const sender = new Sender();
    onTestFinished(() => sender.close());
    const hosts = [
      ...[
        '2130706433',
        '0x7f000001',
        '0177.0.0.1',
        '127.1',
        '127.0.1',
        '127.0.0.2',
        '127.0.0.1.',
        '0',
        '0.0.0.0',
      ],
      ...['0x7f.0.0.0x1', '017700000001', '127.000.000.001', '255.255.255.255', 'user@127.0.0.1'],
      ...['127。0。0。1', '127．0．0．1', '①②⑦.0.0.1', '%31%32%37.0.0.1'],
      ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::127.0.0.1]', '[::]'],
    ];
    for (const host of hosts) {
      for (const mayBePrivate of [false, true]) {
        const target = { url: `http://${host}:${port}/hook`, secrets: ['whsec_YWJj'], mayBePrivate };
        const sent = await sender.send(target, { id: 'a', body: '{}' }, new AbortController().signal);
        expect(sent, host).toMatchObject({
          is: 'failed',
          result: expect.stringContaining('is not allowed') as string,
        });
      }
    }
    // What names resolve to by the machine's own files, or has a zone that no URL can have.
    for (const host of ['localhost.', 'a.localhost', 'ip6-localhost', '[::1%25lo]']) {
      const target = { url: `http://${host}:${port}/hook`, secrets: [], mayBePrivate: true };
      const sent = await sender.send(target, { id: 'a', body: '{}' }, new AbortController().signal);
      expect(sent, host).toMatchObject({ is: 'failed' });
    }
    expect(receiver.messages).toEqual([]);
  });

  it('are checked for every answer of a name server, also where it changes', async () => {
    const receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const answers = [
      ['127.0.0.1'],
      ['8.8.8.8', '127.0.0.1'],
      ['::ffff:169.254.169.254'],
      ['10.0.0.1'],
      ['::1'],
    ];
    const sender = new Sender({
      resolve: (_name, _options, callback) => {
        const addresses = answers.shift() ?? [];
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      },
    });
    onTestFinished(() => sender.close());
    while (answers.length > 0) {
      const url = `https://hooks.example.com:${port}/hook`;
      const target = { url, secrets: ['whsec_YWJj'], mayBePrivate: false };
      const sent = await sender.send(target, { id: 'a', body: '{}' }, new AbortController().signal);
      expect(sent).toMatchObject({ result: expect.stringContaining('is not allowed') as string });
    }
    expect(receiver.messages).toEqual([]);
  });

  it('are those that are connected to: a name is asked for once', async () => {
    const receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    let asked = 0;
    const sender = new Sender({
      resolve: (_name, _options, callback) => {
        asked++;
        callback(null, [{ address: asked === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }]);
      },
    });
    onTestFinished(() => sender.close());
    const target = { url: `http://localhost:${port}/hook`, secrets: [], mayBePrivate: false };
    const sent = await sender.send(target, { id: 'a', body: '{}' }, new AbortController().signal);
    expect([sent.is, receiver.messages.length, asked]).toEqual(['delivered', 1, 1]);
  });

  it('are in a private network or of this machine where messages are not encrypted, for alerts too', async () => {
    const sender = new Sender({
      resolve: (_name, _options, callback) => {
        callback(null, [
          { address: '10.0.0.1', family: 4 },
          { address: '8.8.8.8', family: 4 },
        ]);
      },
    });
    onTestFinished(() => sender.close());
    const { signal } = new AbortController();
    const message = { id: 'a', body: '{}' };
    for (const url of ['http://n8n:5678/hook', 'http://8.8.8.8/hook', 'http://[2606:4700::1111]/hook']) {
      const sent = await sender.send({ url, secrets: [], mayBePrivate: true }, message, signal);
      expect(sent, url).toMatchObject({
        result: expect.stringContaining('is public, which needs https') as string,
      });
    }
    const note = { type: 'alert.test', atMs: 0, title: 'A test', lines: [], data: {} } as const;
    const post = createPost({ sender, sendMail: undefined });
    expect(await post({ is: 'slack', url: 'http://n8n:5678/hook' }, 'id', note, signal)).toMatchObject({
      is: 'later',
      reason: expect.stringContaining('is public, which needs https') as string,
    });
    for (const url of [
      ...['http://hooks.slack.com/a', 'http://8.8.8.8/a', 'http://[2606:4700::1111]/a', 'http://134744072/a'],
      ...[
        'http://127.0.0.2/a',
        'http://a.localhost/a',
        'http://169.254.169.254/a',
        'https://169.254.169.254/a',
      ],
      ...['https://[::ffff:169.254.169.254]/a', 'https://user@hooks.slack.com/a', 'ftp://n8n/a'],
    ]) {
      expect(isNoteUrl(url), url).toBe(false);
    }
    for (const url of [
      ...[
        'https://hooks.slack.com/a',
        'https://8.8.8.8/a',
        'https://10.0.0.5/a',
        'http://10.0.0.5/a',
        'http://n8n:5678/a',
      ],
      ...['http://chat.internal/a', 'http://localhost:9/a', 'http://[::1]/a', 'http://[fd12::1]/a'],
    ]) {
      expect(isNoteUrl(url), url).toBe(true);
    }
  });
});
