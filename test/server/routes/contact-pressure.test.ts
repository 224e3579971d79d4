import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import express from 'express';
import { describe, expect, it, vi } from 'vitest';
import type { Result } from '../../../server/contacts/contacts.ts';
import { createContactRoutes } from '../../../server/routes/contact-routes.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { serve } from '../../helpers/sites/serve.ts';

const soon = { timeout: 20_000, interval: 20 };
const mib = 1024 * 1024;

type Add = (items: readonly unknown[], response: express.Response) => Promise<readonly Result[]>;

const accepted: Add = (items) =>
  Promise.resolve(
    items.map((item) => ({ ref: (item as { ref: string }).ref, id: 'id', status: 'accepted' as const })),
  );

/** The route in front of contacts that take what they get at once, and a request to it. */
async function open(add: Add) {
  const app = express();
  let answering: express.Response | undefined;
  const pass: express.RequestHandler = (_request, response, next) => {
    answering = response;
    response.locals['token'] = { id: 't', account: 'main', scopes: ['contacts:write'] };
    next();
  };
  const never = () => Promise.reject(new Error('Nobody asks for this.'));
  const contacts = {
    add: (items: readonly unknown[]) => add(items, answering ?? fail()),
    hasRoomFor: () => true,
    ...{ addOnce: never, find: never, idOf: never, change: never },
  };
  app.use(createContactRoutes({ contacts, access: { allow: () => [pass] } }));
  const sent = request(`${await serve(app)}/api/contacts`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' },
  });
  sent.on('error', () => undefined);
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  return { sent, answer: async () => (await answered)[0], unread: () => answering?.writableLength ?? 0 };
}

function fail(): never {
  throw new Error('There is no answer.');
}

describe('NDJSON of any length', () => {
  it('is not read on while its sender leaves more than 8 MiB of results unread, and then to its end', async () => {
    let mostUnread = 0;
    const { sent, answer, unread } = await open((items, response) => {
      mostUnread = Math.max(mostUnread, response.writableLength);
      return accepted(items, response);
    });
    const count = 6000;
    const writing = (async () => {
      for (let at = 0; at < count; at++) {
        const line = `${JSON.stringify({ ref: `${at} ${'x'.repeat(5000)}` })}\n`;
        if (!sent.write(line)) await once(sent, 'drain');
      }
      sent.end();
    })();
    const response = await answer();
    await vi.waitFor(() => {
      expect(unread()).toBeGreaterThan(8 * mib);
    }, soon);
    let next = 0;
    for await (const line of createInterface({ input: response })) {
      expect((JSON.parse(line) as Result).ref).toMatch(new RegExp(`^${next++} x`));
    }
    await writing;
    expect(next).toBe(count);
    expect(mostUnread).toBeLessThanOrEqual(8 * mib);
  }, 60_000);

  it('is answered where its sender trickles, and waits for each result before it goes on', async () => {
    const { sent, answer } = await open(accepted);
    sent.write('{"ref":');
    sent.write('"first"}\n{"ref":"sec');
    const response = await answer();
    const lines: string[] = [];
    createInterface({ input: response }).on('line', (line) => lines.push(line));
    const refs = () => lines.map((line) => (JSON.parse(line) as Result).ref);
    await vi.waitFor(() => {
      expect(refs()).toEqual(['first']);
    }, soon);
    sent.write('ond"}\n');
    await vi.waitFor(() => {
      expect(refs()).toEqual(['first', 'second']);
    }, soon);
    sent.end('{"ref":"last"}');
    await once(response, 'end');
    expect(refs()).toEqual(['first', 'second', 'last']);
  });

  it.each([
    ['in the middle of a batch', 500],
    ['in a pause', 3],
  ])('says 503 where nothing can be stored from the beginning, %s', async (_, count) => {
    const { sent, answer } = await open(() => Promise.reject(new StoreUnavailable('full')));
    sent.write('{}\n'.repeat(count));
    const response = await answer();
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '30']);
    expect(Buffer.concat((await response.toArray()) as Buffer[]).toString()).toContain('"unavailable"');
    sent.destroy();
  });

  it('ends in the middle where the store goes away later, so that nobody takes it for whole', async () => {
    let batches = 0;
    const { sent, answer } = await open((items, response) =>
      batches++ === 0 ? accepted(items, response) : Promise.reject(new StoreUnavailable('full')),
    );
    sent.write('{"ref":"a"}\n'.repeat(500));
    const response = await answer();
    sent.write('{"ref":"b"}\n'.repeat(500));
    await expect(response.toArray()).rejects.toThrow('aborted');
  });
});
