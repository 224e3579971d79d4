import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkDomain } from '../../../server/doctor/mail/domain.ts';
import { checkMail } from '../../../server/doctor/mail/mail.ts';
import { openNames } from '../../../server/doctor/mail/names.ts';
import { Secret } from '../../../server/system/secret.ts';
import { runCli } from '../../helpers/server/cli.ts';
import { complaintsIn, examine, wordsIn } from '../../helpers/server/doctor.ts';
import { startNameServer, type Zone } from '../../helpers/server/name-server.ts';
import { startRelay, type RelayOptions } from '../../helpers/server/relay.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const keyOf = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64');
const goodKey = `v=DKIM1; k=rsa; p=${keyOf(2048)}`;
const name = 's1._domainkey.news.example.com';

/** Everything as it should be. */
const good: Readonly<Record<string, Zone>> = {
  'news.example.com': {
    mx: ['mx.example.com'],
    txt: ['site-verification=1', 'v=spf1 include:relay.example -all'],
  },
  'relay.example': { txt: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  [name]: { txt: [goodKey] },
  '_dmarc.news.example.com': { txt: ['v=DMARC1; p=reject; rua=mailto:d@example.com'] },
};

async function look(zones: Readonly<Record<string, Zone>>, selector: string | undefined = 's1') {
  const names = openNames([await startNameServer({ ...good, ...zones })]);
  return checkDomain('news.example.com', { names, selector });
}

/** A domain whose SPF record asks `count` questions, all in one record that is included. */
const asking = (count: number): Readonly<Record<string, Zone>> => ({
  'relay.example': {
    txt: [`v=spf1 ${Array.from({ length: count - 1 }, (_, at) => `a:h${at}.example`).join(' ')} -all`],
  },
});
const own = (...txt: string[]): Readonly<Record<string, Zone>> => ({
  'news.example.com': { mx: ['mx.example.com'], txt },
});
const dkim = (...txt: string[]): Readonly<Record<string, Zone>> => ({ [name]: { txt } });
const dmarc = (...txt: string[]): Readonly<Record<string, Zone>> => ({ '_dmarc.news.example.com': { txt } });
const nothing: Zone = {};

describe('the domain of MAIL_FROM', () => {
  it('is fine, and every record is named', async () => {
    const found = await look({});
    expect(complaintsIn(found)).toEqual([]);
    const words = wordsIn(found);
    for (const text of [
      'mx.example.com',
      'include:relay.example',
      '2048 bits',
      'p=reject',
      'SPF (the envelope',
    ])
      expect(words).toContain(text);
  });

  it.each<
    readonly [string, Readonly<Record<string, Zone>>, readonly (readonly ['fault' | 'warning', string])[]]
  >([
    [
      'takes no mail',
      { 'news.example.com': { mx: ['.'], txt: ['v=spf1 -all'] } },
      [['warning', 'takes no mail (MX .)']],
    ],
    [
      'has no mail server',
      { 'news.example.com': { txt: ['v=spf1 -all'] } },
      [['warning', 'no mail server (MX)']],
    ],
    ['has no SPF', own('v=spf10 -all'), [['warning', 'no SPF record']]],
    ['has two SPF records', own('v=spf1 -all', 'v=spf1 a -all'), [['fault', '2 SPF records']]],
    ['lets everybody send', own('v=spf1 +all'), [['warning', '+all']]],
    ['lets everybody send, said shorter', own('v=spf1 all'), [['warning', '+all']]],
    ['has an SPF record of 11 questions', asking(11), [['fault', 'more than 10 questions']]],
    [
      'has an SPF record that includes itself',
      { 'relay.example': { txt: ['v=spf1 include:relay.example -all'] } },
      [['fault', 'more than 10 questions']],
    ],
    ['has no DKIM key', { [name]: nothing }, [['fault', `no DKIM key at ${name}`]]],
    ['has a revoked key', dkim('v=DKIM1; p='), [['fault', 'is revoked']]],
    ['has half a key', dkim(goodKey.slice(0, 200)), [['fault', 'holds no key']]],
    ['has a short key', dkim(`v=DKIM1; p=${keyOf(1024)}`), [['warning', '1024 bits']]],
    ['has a key for tests', dkim(goodKey.replace('k=rsa', 't=y')), [['warning', 't=y']]],
    ['has no DMARC', dmarc('v=DMARC10; p=none'), [['warning', 'no DMARC record']]],
    [
      'has two DMARC records',
      dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject'),
      [['fault', '2 DMARC records']],
    ],
    ['has DMARC without a policy', dmarc('v=DMARC1; rua=mailto:a@example.com'), [['fault', 'no policy']]],
    [
      'has nothing that aligns, and wants it rejected',
      { ...own('x'), [name]: nothing },
      [
        ['warning', 'no SPF record'],
        ['fault', 'no DKIM key'],
        ['fault', 'Neither SPF nor DKIM is aligned with news.example.com. Receivers reject its mail.'],
      ],
    ],
    [
      'is signed by the domain above, where DMARC is strict',
      {
        [name]: nothing,
        's1._domainkey.example.com': { txt: [goodKey] },
        ...dmarc('v=DMARC1; p=reject; adkim=s'),
      },
      [['warning', 'signs for example.com']],
    ],
    [
      'cannot be asked about',
      { 'news.example.com': { fails: 'SERVFAIL' } },
      [
        ['warning', 'ESERVFAIL'],
        ['warning', 'ESERVFAIL'],
      ],
    ],
  ])('that %s is said', async (_name, zones, complaints) => {
    const found = complaintsIn(await look(zones));
    expect(found).toEqual(
      complaints.map(
        ([is, text]) =>
          expect.stringMatching(
            new RegExp(`^${is}: .*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
          ) as string,
      ),
    );
  });

  it('may have 10 questions in SPF, a policy from the domain above, and a key there that aligns', async () => {
    const zones = {
      ...asking(10),
      [name]: nothing,
      's1._domainkey.example.com': { txt: [goodKey] },
      '_dmarc.news.example.com': nothing,
      '_dmarc.example.com': { txt: ['v=DMARC1; p=none; sp=quarantine'] },
    };
    const found = await look(zones);
    expect(complaintsIn(found)).toEqual([]);
    expect(wordsIn(found)).toContain('DMARC of example.com');
    expect(wordsIn(found)).toContain('and DKIM');
  });

  it('is looked at without a selector, which is said', async () => {
    const names = openNames([await startNameServer(good)]);
    const found = await checkDomain('news.example.com', { names, selector: undefined });
    expect(complaintsIn(found)).toEqual([]);
    expect(wordsIn(found)).toContain('set MAIL_DKIM_SELECTOR');
  });
});

describe('the relay', () => {
  const mail = (url: Secret) => ({
    relay: url,
    from: { name: 'Harbour News', address: 'letter@news.example.com' },
    reminds: true,
    dkimSelector: 's1',
  });

  async function tryIt(
    options: RelayOptions,
    { to, secure = false }: { to?: string; secure?: boolean } = {},
  ) {
    const relay = await startRelay({ ...options, secure });
    const names = openNames([await startNameServer(good)]);
    const url = secure ? new Secret(relay.url.reveal().replace('smtp:', 'smtps:')) : relay.url;
    return { relay, found: await checkMail(mail(url), { names, to }) };
  }

  it('takes the log-in, and nothing is sent unless it is asked for', async () => {
    const { relay, found } = await tryIt({
      login: 'user:p%40ss@',
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) => {
        done(password === 'p@ss' ? null : new Error('no'), { user: 'user' });
      },
    });
    expect(complaintsIn(found)).toEqual([]);
    expect(wordsIn(found)).toContain('takes the log-in, without encryption');
    expect(relay.received).toEqual([]);
  });

  it.each<readonly [string, RelayOptions, boolean, RegExp]>([
    [
      'refuses the log-in',
      {
        login: 'user:x@',
        allowInsecureAuth: true,
        onAuth: (_a, _s, done) => {
          done(new Error('no'));
        },
      },
      false,
      /EAUTH.*Check user name and password/,
    ],
    ['has a certificate that nobody signed', { disabledCommands: [] }, false, /(ETLS|ESOCKET).*certificate/],
    ['has such a certificate from the start', {}, true, /(ETLS|ESOCKET).*certificate/],
  ])('that %s is a fault with a remedy, which names no password', async (_name, options, secure, words) => {
    const { found } = await tryIt(options, { secure });
    const [first, ...more] = complaintsIn(found);
    expect([first, more]).toEqual([expect.stringMatching(words), []]);
    expect(first).toMatch(/^fault: The relay 127\.0\.0\.1:\d+ cannot be used/);
  });

  it('that is away is a fault', async () => {
    const relay = await startRelay();
    await relay.close();
    const names = openNames([await startNameServer(good)]);
    const found = await checkMail(mail(relay.url), { names, to: undefined });
    expect(complaintsIn(found)).toEqual([expect.stringMatching(/cannot be used: E.*firewall/)]);
  });

  it('gets one mail with --mail, and why it was not taken is said', async () => {
    const { relay, found } = await tryIt({}, { to: 'you@example.com' });
    expect(complaintsIn(found)).toEqual([]);
    expect(relay.received.map(({ from, to }) => [from, to])).toEqual([
      ['letter@news.example.com', ['you@example.com']],
    ]);
    expect(relay.received[0]?.raw).not.toContain('List-Unsubscribe');
    const refused = await tryIt({ receiver: () => 550 }, { to: 'you@example.com' });
    expect(complaintsIn(refused.found)).toEqual([
      expect.stringContaining('did not take a mail: EENVELOPE 550'),
    ]);
    const two = await tryIt({}, { to: 'a@example.com, b@example.com' });
    expect(complaintsIn(two.found)).toEqual(['fault: --mail: this is not one address.']);
    expect(two.relay.received).toEqual([]);
  });
});

it('without SMTP_URL is a note, and with --mail a fault', async () => {
  const env = { DATA_DIR: await temporaryDir() };
  expect((await examine({ env }))['Mail']).toMatchObject([{ is: 'note' }]);
  expect((await examine({ env, mailTo: 'you@example.com' }))['Mail']).toMatchObject([{ is: 'fault' }]);
});

it('the command asks the name server that it is given, and sends the mail', async () => {
  const relay = await startRelay();
  const env = {
    DATA_DIR: await temporaryDir(),
    SMTP_URL: relay.url.reveal(),
    MAIL_FROM: 'letter@news.example.com',
    MAIL_DKIM_SELECTOR: 's1',
  };
  const { stdout } = await runCli(
    ['doctor', '--json', '--dns', await startNameServer(good), '--mail', 'you@example.com'],
    env,
  );
  const { checks } = JSON.parse(stdout) as {
    checks: { about: string; findings: { is: string; what: string }[] }[];
  };
  const found = checks.find(({ about }) => about === 'Mail')?.findings ?? [];
  expect(complaintsIn(found as never)).toEqual([]);
  expect(found.map(({ what }) => what).join(' ')).toContain('The relay took a mail');
  expect(relay.received).toHaveLength(1);
  const wrong = await runCli(['doctor', '--dns', 'example.com'], env);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Wanted an IP address')]);
});
