import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { converse } from '../../helpers/server/raw.ts';
import { readContacts, startService } from '../../helpers/server/service.ts';

const urlencoded = 'application/x-www-form-urlencoded';

/** Sends these bytes (latin1) as the body. */
async function send(body: string, headers: readonly string[] = [], type = urlencoded) {
  const service = await startService();
  const head = [
    'POST /forms/newsletter HTTP/1.1',
    'Host: proxy',
    `Content-Type: ${type}`,
    ...(headers.some((header) => header.startsWith('Transfer')) ? [] : [`Content-Length: ${body.length}`]),
    ...headers,
  ];
  const { answers } = await converse(service.url, `${head.join('\r\n')}\r\n\r\n${body}`);
  const { status, body: answer } = answers[0] ?? { status: 0, body: '{}' };
  const problem = status === 202 ? {} : (JSON.parse(answer) as { code?: string; detail?: string });
  return { status, ...problem, answer, service };
}

const to = 'email=ada%40example.com&first_name=';
const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

describe('D11: a form on a page that is not UTF-8', () => {
  it.each([
    ['in ISO-8859-1', 'Ren%E9e'],
    ['in ISO-8859-1, with small codes', 'Ren%e9e'],
    ['in ISO-8859-1, not encoded', 'Ren\xe9e'],
    ['in windows-1251', '%C0%ED%ED%E0'],
    ['in Shift_JIS', '%89%D4%8Eq'],
    ['cut within a letter', 'Ren%C3'],
    ['in overlong UTF-8', 'Ren%C0%A5e'],
    ['with half a surrogate', '%ED%A0%80'],
    ['in the name of a field', 'Ada&%E9=1'],
  ])('gets a word, and its letters are not replaced: %s', async (_name, value) => {
    const { status, code, detail } = await send(to + value);
    expect({ status, code }).toEqual({ status: 400, code: 'malformed' });
    expect(detail).toContain('accept-charset="utf-8"');
  });

  it.each([
    ['encoded', 'Ren%C3%A9e', 'Renée'],
    ['with small codes', 'Ren%c3%a9e', 'Renée'],
    ['not encoded', latin1('Renée'), 'Renée'],
    ['half encoded', `Ren${latin1('é').slice(0, 1)}%A9e`, 'Renée'],
    ['beyond the first plane', '%F0%9F%8C%B7', '🌷'],
    ['with a plus', 'Ada+L', 'Ada L'],
  ])('signs up in UTF-8: %s', async (_name, value, name) => {
    const { status, service } = await send(to + value);
    expect(status).toBe(202);
    const { sandbox } = service;
    if (!sandbox) throw new Error('no sandbox');
    await expect.poll(() => readContacts(sandbox)).toMatchObject([{ first_name: name }]);
  });

  it('may leave a per cent sign as it is', async () => {
    expect((await send(`${to}100%`)).status).not.toBe(400);
  });

  it.each([`${urlencoded};charset="UTF-8"`, `${urlencoded}; charset=utf8; boundary=none`])(
    'is read where it says UTF-8 in another way: %s',
    async (type) => {
      expect((await send(`${to}Ada`, [], type)).status).toBe(202);
    },
  );

  it.each([
    `${urlencoded}; charset=iso-8859-1`,
    `${urlencoded};charset="windows-1252"`,
    `${urlencoded}; charset=utf-16`,
  ])('is refused where it says so: %s', async (type) => {
    expect(await send(`${to}Ada`, [], type)).toMatchObject({ status: 415, code: 'unsupported' });
  });
});

describe('D12: a body that is compressed', () => {
  const gzipped = gzipSync(`${to}Ada`).toString('latin1');
  it.each([
    ['gzip', gzipped],
    ['GZIP', gzipped],
    ['x-gzip', gzipped],
    ['br', 'a'],
    ['deflate', 'a'],
    ['zstd', 'a'],
    ['identity, gzip', gzipped],
    ['aes128gcm', `${to}Ada`],
  ])('is refused without a word of it: Content-Encoding %s', async (encoding, body) => {
    const { status, code, answer } = await send(body, [`Content-Encoding: ${encoding}`]);
    expect({ status, code }).toEqual({ status: 415, code: 'unsupported' });
    // The id of a request is random letters from a to f, "ada" among them.
    const said = answer.replace(/"request_id":"[^"]*"/, '');
    expect(said).not.toMatch(/\\u001f|\\ufffd|ada/i);
  });

  it('is refused where only its chunks say so', async () => {
    const chunks = `${gzipped.length.toString(16)}\r\n${gzipped}\r\n0\r\n\r\n`;
    const { status } = await send(chunks, ['Transfer-Encoding: gzip, chunked']);
    expect([400, 415, 501]).toContain(status);
  });

  it.each(['identity', 'IDENTITY', ''])('is what it is with Content-Encoding %s', async (encoding) => {
    expect((await send(`${to}Ada`, [`Content-Encoding: ${encoding}`])).status).toBe(202);
  });
});
