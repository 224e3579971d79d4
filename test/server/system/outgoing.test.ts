import { once } from 'node:events';
import { createServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createOutgoing, type Outgoing } from '../../../server/system/network/outgoing.ts';
import { Secret } from '../../../server/system/secret.ts';
import { makeCertificate } from '../../helpers/server/certificate.ts';
import { freePort } from '../../helpers/server/free-port.ts';
import { startHttpProxy } from '../../helpers/server/proxy.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { serve } from '../../helpers/sites/serve.ts';

/** Over https, with a certificate that nobody trusts. */
async function serveTls(): Promise<string> {
  const server = createServer(makeCertificate(await temporaryDir()), (_request, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

async function faultOf({ fetch, faultOf }: Outgoing, url: string) {
  try {
    await fetch(url);
  } catch (error) {
    return faultOf(error, url);
  }
  throw new Error('It was answered');
}

describe('O7: calls to the outside', () => {
  it('go through the proxy that is set, by http and by https', async () => {
    const proxy = await startHttpProxy();
    const url = await serve((_request, response) => response.end('hello'));
    const both = { https: new Secret(proxy.url), http: new Secret(proxy.url) };
    const { fetch, proxyFor } = createOutgoing(both);
    const answer = await fetch(`${url}/v1/tokens`, { method: 'POST', body: '{}' });
    expect(await answer.text()).toBe('hello');
    const secure = await serveTls();
    expect((await faultOf(createOutgoing(both), secure)).is).toBe('tls');
    expect(proxy.asked).toEqual([`POST ${url}/v1/tokens`, `CONNECT ${new URL(secure).host}`]);
    expect([proxyFor(url), proxyFor(secure)]).toEqual([proxy.url, proxy.url]);
  });

  it.each(['localhost', 'LOCALHOST', '*', 'example.com, localhost', '.localhost', 'localhost:PORT'])(
    'go directly where NO_PROXY is %s',
    async (except) => {
      const proxy = await startHttpProxy();
      const url = await serve((_request, response) => response.end());
      const { fetch, proxyFor } = createOutgoing({
        http: new Secret(proxy.url),
        except: except.replace('PORT', new URL(url).port),
      });
      expect((await fetch(url)).status).toBe(200);
      expect(proxyFor(url)).toBeUndefined();
      expect(proxy.asked).toEqual([]);
    },
  );

  it.each(['example.com', 'localhost:1', 'host', ''])(
    'go through it all the same where NO_PROXY is %j',
    async (except) => {
      const proxy = await startHttpProxy();
      const url = await serve((_request, response) => response.end());
      const { fetch, proxyFor } = createOutgoing({ http: new Secret(proxy.url), except });
      expect((await fetch(url)).status).toBe(200);
      expect(proxyFor(url)).toBe(proxy.url);
      expect(proxy.asked).toHaveLength(1);
    },
  );

  it.each([
    ['127.0.0.0/8', 'http://127.0.0.1:8080/', true],
    ['10.0.0.0/8,127.0.0.0/8', 'http://127.0.0.1:8080/', true],
    ['10.0.0.0/8', 'http://127.0.0.1:8080/', false],
    ['127.0.0.0/40', 'http://127.0.0.1:8080/', false],
    ['fd00::/8', 'http://[fd00::4]/', true],
    ['[fd00::]/8', 'https://[fd00::4]/', true],
    ['::1', 'http://[::1]:8080/', true],
    ['[::1]', 'http://[::1]:8080/', true],
    ['[::1]:8080', 'http://[::1]:8080/', true],
    ['[::1]:81', 'http://[::1]:8080/', false],
    ['*, example.com', 'http://rasa.example/', true],
    ['*.example.com', 'http://api.example.com/', true],
    ['.example.com', 'http://example.com/', true],
    ['0.0.1', 'http://127.0.0.1/', false],
  ])('O7: are meant by NO_PROXY=%s: %s, %s', (except, url, isDirect) => {
    const proxy = new Secret('http://proxy.example:3128');
    const { proxyFor } = createOutgoing({ https: proxy, http: proxy, except });
    expect(proxyFor(url)).toBe(isDirect ? undefined : 'http://proxy.example:3128');
  });

  it('tell the proxy its password, and nobody else', async () => {
    const proxy = await startHttpProxy({ password: 'hunter2' });
    const { host } = new URL(proxy.url);
    const url = await serve((request, response) => response.end(JSON.stringify(request.headers)));
    const withPassword = createOutgoing({ http: new Secret(`ada:hunter2@${host}`) });
    expect((await withPassword.fetch(url)).status).toBe(200);
    expect(withPassword.proxyFor(url)).toBe(proxy.url);

    const without = createOutgoing({ https: new Secret(proxy.url) });
    expect(await faultOf(without, 'https://rasa.example/')).toEqual({
      is: 'proxy',
      reason: `the proxy ${proxy.url} answered 407`,
    });
  });

  it('that fail are told apart: name, refusal, certificate, proxy, cut', async () => {
    const direct = createOutgoing();
    expect(await faultOf(direct, 'https://no-such-name.invalid/secret')).toMatchObject({
      is: 'dns',
      reason: expect.stringMatching(/^DNS: .*(ENOTFOUND|EAI_AGAIN)/) as string,
    });
    const port = await freePort();
    expect(await faultOf(direct, `http://127.0.0.1:${port}`)).toEqual({
      is: 'refused',
      reason: `the connection to 127.0.0.1:${port} was refused (ECONNREFUSED)`,
    });
    expect(await faultOf(direct, await serveTls())).toEqual({
      is: 'tls',
      reason: 'TLS: self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
    });
    const plain = await serve((_request, response) => response.end());
    expect(await faultOf(direct, plain.replace('http:', 'https:'))).toMatchObject({ is: 'tls' });
    const proxy = `http://127.0.0.1:${port}`;
    expect(await faultOf(createOutgoing({ https: new Secret(proxy) }), 'https://rasa.example')).toEqual({
      is: 'proxy',
      reason: `the proxy ${proxy} cannot be used: the connection to 127.0.0.1:${port} was refused (ECONNREFUSED)`,
    });
    const cutting = createTcpServer((socket) => socket.once('data', () => socket.destroy()));
    cutting.listen(0, '127.0.0.1');
    await once(cutting, 'listening');
    onTestFinished(() => void cutting.close());
    const { port: cut } = cutting.address() as AddressInfo;
    expect(await faultOf(direct, `http://127.0.0.1:${cut}`)).toMatchObject({ is: 'cut' });
  });
});
