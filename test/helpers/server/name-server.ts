import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';

/** What a name has: texts, mail servers and addresses; or the code with which the server fails. */
export interface Zone {
  readonly txt?: readonly string[];
  readonly mx?: readonly string[];
  readonly a?: readonly string[];
  readonly fails?: 'SERVFAIL';
}

const types = { a: 1, mx: 15, txt: 16 } as const;

/** A DNS server (RFC 1035) on a free port. Resolves with its address. Other names do not exist. */
export async function startNameServer(zones: Readonly<Record<string, Zone>>): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    socket.send(answerTo(question, zones), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    socket.close();
  });
  return `127.0.0.1:${socket.address().port}`;
}

function answerTo(question: Buffer, zones: Readonly<Record<string, Zone>>): Buffer {
  let at = 12;
  const labels: string[] = [];
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const asked = question.subarray(12, at + 5);
  const type = question.readUInt16BE(at + 1);
  const zone = zones[labels.join('.').toLowerCase()];
  const records = zone ? recordsOf(zone, type) : [];
  const code = zone?.fails ? 2 : zone ? 0 : 3;
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  const answers = records.map((data) => {
    // The name of the question, one minute.
    const start = Buffer.from([0xc0, 0x0c, 0, type, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 255]);
    return Buffer.concat([start, data]);
  });
  return Buffer.concat([head, asked, ...answers]);
}

function recordsOf({ txt = [], mx = [], a = [] }: Zone, type: number): readonly Buffer[] {
  switch (type) {
    case types.txt:
      return txt.map((text) =>
        Buffer.concat((text.match(/.{1,255}/gs) ?? ['']).map((part) => counted(Buffer.from(part)))),
      );
    case types.mx:
      return mx.map((name) => Buffer.concat([Buffer.from([0, 10]), nameOf(name)]));
    case types.a:
      return a.map((address) => Buffer.from(address.split('.').map(Number)));
    default:
      return [];
  }
}

function nameOf(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([...labels.map((label) => counted(Buffer.from(label))), Buffer.from([0])]);
}

function counted(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
