import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ReceivedMessage {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server of somebody else's that messages are posted to. `answer` decides; by default it is 204. */
export async function startReceiver(
  answer: (response: ServerResponse, message: ReceivedMessage) => void = (r) => r.writeHead(204).end(),
) {
  const messages: ReceivedMessage[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = { headers: request.headers, body: Buffer.concat(chunks).toString() };
      messages.push(message);
      answer(response, message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const ids = () => messages.map(({ headers }) => String(headers['webhook-id']));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, messages, ids };
}
