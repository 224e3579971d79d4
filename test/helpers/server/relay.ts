import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { Secret } from '../../../server/system/secret.ts';

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  /** The whole message, as it came over the wire. */
  readonly raw: string;
  readonly isEncrypted: boolean;
}

export interface Relay {
  readonly url: Secret;
  readonly port: number;
  readonly received: Received[];
  close(): Promise<void>;
}

export interface RelayOptions extends SMTPServerOptions {
  readonly port?: number;
  /** `user:password@`, for the URL. */
  readonly login?: string;
  /** Answers `RCPT TO`: a code refuses. */
  readonly receiver?: (address: string) => number | undefined;
  /** Answers the end of a message. */
  readonly message?: (raw: string) => number | undefined;
  /** Cuts the connection where a message ends. */
  readonly drops?: () => boolean;
  /** How long the end of a message waits for its answer. */
  readonly hold?: () => Promise<void>;
}

/** A real SMTP server on a free port. By default it takes everything, without encryption or log-in. */
export async function startRelay({
  port = 0,
  login = '',
  receiver = () => undefined,
  message = () => undefined,
  drops = () => false,
  hold = () => Promise.resolve(),
  ...options
}: RelayOptions = {}): Promise<Relay> {
  const received: Received[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: login === '',
    ...options,
    onRcptTo({ address }, _session, done) {
      done(refusal(receiver(address)));
    },
    onData(stream, { envelope, secure }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        void hold().then(() => {
          if (drops()) {
            for (const connection of connectionsOf(server)) connection.destroy();
            return;
          }
          const code = message(raw);
          if (code === undefined) {
            const from = envelope.mailFrom ? envelope.mailFrom.address : '';
            const to = envelope.rcptTo.map(({ address }) => address);
            received.push({ from, to, raw, isEncrypted: secure });
          }
          done(refusal(code));
        });
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.server.address();
  const listensOn = typeof address === 'object' && address ? address.port : 0;
  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= new Promise<void>((resolve) => {
      server.close(resolve);
    }));
  onTestFinished(close);
  return { url: new Secret(`smtp://${login}127.0.0.1:${listensOn}`), port: listensOn, received, close };
}

function refusal(code: number | undefined): Error | null {
  return code === undefined
    ? null
    : Object.assign(new Error('not now, ada@example.com'), { responseCode: code });
}

function connectionsOf(server: SMTPServer): readonly { destroy(): void }[] {
  const { connections } = server as unknown as { connections: Set<{ _socket: { destroy(): void } }> };
  return [...connections].map(({ _socket }) => _socket);
}

/** A part of a message, decoded; `text/plain` or `text/html`. */
export function partOf({ raw }: Received, type: string): string {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? '\r\n';
  const parts = raw.split(`\r\n--${boundary}\r\n`);
  const part = parts.find((text) => text.startsWith(`Content-Type: ${type}`)) ?? '';
  const [head = '', ...body] = part.split('\r\n\r\n');
  const content = body.join('\r\n\r\n');
  if (/base64/i.test(head)) return Buffer.from(content, 'base64').toString('utf8');
  if (!/quoted-printable/i.test(head)) return content;
  const bytes = content
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
