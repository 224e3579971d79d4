import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface HttpProxy {
  readonly url: string;
  /** What it was asked for: `CONNECT host:port`, or `POST http://…`. */
  readonly asked: readonly string[];
}

/** An HTTP proxy as companies have it. `password` makes it want one, for the user `ada`. */
export async function startHttpProxy({ password }: { readonly password?: string } = {}): Promise<HttpProxy> {
  const asked: string[] = [];
  const wanted = password && `Basic ${btoa(`ada:${password}`)}`;
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request;
    asked.push(`${method ?? ''} ${url}`);
    if (wanted && headers['proxy-authorization'] !== wanted) {
      response.writeHead(407).end();
      return;
    }
    const target = forward(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(target.on('error', () => response.writeHead(502).end()));
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`);
    if (wanted && request.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${request.url ?? ''}`);
    const target = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
