import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { quantile } from '../bench/load.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, guardedIntake, readContacts } from '../helpers/server/service.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';
import { post, prove } from '../helpers/sites/visitor.ts';

/*
 * Tools that others attack with, from the distribution's packages slowhttptest and wapiti, against the
 * product in production. They see nothing but loopback, each for at most two minutes.
 */
const run = promisify(execFile);
const limitS = 120;

const isMissing = (tool: string) => spawnSync(tool, ['-h']).error !== undefined;
for (const tool of ['slowhttptest', 'wapiti']) {
  if (isMissing(tool)) process.stderr.write(`Skipped: ${tool} is not installed.\n`);
}

/** The product as in production, behind a front server, while an honest visitor signs up each second. */
async function startProbed() {
  const sandbox = await startSandbox();
  const product = await startProduct({
    ...guardedIntake,
    ...credentialsFor(sandbox),
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://signup.example.com',
    HOST: '127.0.0.1',
    TRUST_PROXY: '1',
  });
  const rssMb = () =>
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${product.pid}/status`, 'utf8'))?.[1]) / 1000;
  const accepted: string[] = [];
  const refused: string[] = [];
  const tookMs: number[] = [];
  const visits = { areOver: false };

  async function signUpOnce(count: number): Promise<void> {
    const headers = { 'x-forwarded-for': `198.51.100.${count % 250}`, origin: 'https://www.example.com' };
    const email = `visitor${count}@example.com`;
    const proof = await prove(product.url, headers);
    const start = performance.now();
    const { status } = await post(product.url, 'urlencoded', { email, proof }, headers);
    tookMs.push(performance.now() - start);
    (status === 202 ? accepted : refused).push(email);
  }
  const probing = (async () => {
    for (let count = 0; !visits.areOver; count++) {
      const next = new Promise((resolve) => setTimeout(resolve, 1000));
      await signUpOnce(count).catch((error: unknown) => refused.push(String(error)));
      await next;
    }
  })();
  onTestFinished(() => {
    visits.areOver = true;
  });

  return {
    product,
    rssMb,
    /** Ends the visits, and holds what honest visitors were promised. */
    judge: async (tool: string, rssBeforeMb: number) => {
      visits.areOver = true;
      await probing;
      const p99Ms = quantile(
        tookMs.toSorted((a, b) => a - b),
        0.99,
      );
      process.stdout.write(
        `${tool}: ${accepted.length} honest sign-ups, p99 ${Math.round(p99Ms)} ms, ` +
          `${Math.round(rssBeforeMb)} MB before, ${Math.round(rssMb())} MB after\n`,
      );
      expect(refused).toEqual([]);
      expect(accepted.length).toBeGreaterThan(4);
      expect(p99Ms).toBeLessThan(1000);
      expect(rssMb()).toBeLessThan(rssBeforeMb + 100);
      await expect
        .poll(async () => (await readContacts(sandbox)).map(({ email }) => email).sort(), { timeout: 30_000 })
        .toEqual(expect.arrayContaining(accepted.toSorted()));
      expect(product.output()).not.toMatch(/"level":(50|60)/);
      expect(await product.stop()).toBe(0);
    },
  };
}

const modes: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['headers that never end', ['-H', '-i', '5']],
  ['bodies that never end', ['-B', '-s', '8192', '-t', 'POST', '-x', '24', '-i', '5']],
  ['ranges', ['-R', '-t', 'GET', '-a', '5', '-b', '3000']],
  ['answers that nobody reads', ['-X', '-k', '5', '-n', '5', '-z', '32', '-w', '512', '-y', '1024']],
];

describe.skipIf(isMissing('slowhttptest'))('slowhttptest', () => {
  it.for(modes)('does not hold up honest visitors: %s', { timeout: 300_000 }, async ([name, args]) => {
    const { product, rssMb, judge } = await startProbed();
    await post(product.url, 'urlencoded', {});
    const before = rssMb();
    const page = name === 'ranges' ? 'embed.js' : 'forms/newsletter';
    const url = `${product.url}/${page}`;
    await run(
      'slowhttptest',
      [...args, '-c', '1000', '-r', '200', '-l', String(limitS / 2), '-u', url, '-v', '0'],
      { timeout: limitS * 1000 },
    );
    await judge(`slowhttptest, ${name}`, before);
  });
});

/** Each finding that is no fault, with the reason. */
const known: Readonly<Record<string, string>> = {
  'X-Frame-Options is not set':
    'who may frame a page is said by frame-ancestors in its Content-Security-Policy',
  'X-XSS-Protection is not set': 'browsers have removed the filter, which was a hole itself',
};
/** All but `ssrf`, which asks a server on the internet. */
const modules = 'csp,http_headers,cookieflags,exec,file,sql,xss,redirect,blindsql,permanentxss,crlf,backup';

interface Finding {
  readonly info: string;
  readonly method: string;
  readonly path: string;
}

describe.skipIf(isMissing('wapiti'))('wapiti', () => {
  it('finds nothing, and does not hold up honest visitors', { timeout: 300_000 }, async () => {
    const { product, rssMb, judge } = await startProbed();
    await post(product.url, 'urlencoded', {});
    const before = rssMb();
    const dir = await temporaryDir();
    const report = join(dir, 'report.json');
    const seconds = ['--max-scan-time', '40', '--max-attack-time', '8', '--no-bugreport', '-v', '0'];
    const places = ['--store-session', join(dir, 'session'), '--store-config', join(dir, 'config')];
    await run(
      'wapiti',
      ['-u', `${product.url}/forms/newsletter`, '--scope', 'domain', '-m', modules, '-f', 'json'].concat(
        ['-o', report],
        seconds,
        places,
      ),
      { timeout: limitS * 1000, maxBuffer: 10_000_000 },
    );
    const { vulnerabilities, anomalies } = JSON.parse(await readFile(report, 'utf8')) as Readonly<
      Record<'vulnerabilities' | 'anomalies', Readonly<Record<string, readonly Finding[]>>>
    >;
    const found = [vulnerabilities, anomalies].flatMap((kinds) => Object.values(kinds).flat());
    const unknown = found.filter(({ info }) => known[info] === undefined);
    expect(unknown).toEqual([]);
    await judge('wapiti', before);
  });
});
