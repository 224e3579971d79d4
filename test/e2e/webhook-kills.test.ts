import { expect, it } from 'vitest';
import { eventOf, eventColumns } from '../../server/events/events.ts';
import { sameSql } from '../../server/store/database.ts';
import { runCli } from '../helpers/server/cli.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startReceiver } from '../helpers/server/receiver.ts';
import { openTestStore } from '../helpers/server/store.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

// What became of the key is told too, and is not asked for.
const toldSignups = sameSql(`select ${eventColumns} from events where type like 'signup.%' order by seq`);

const soon = { timeout: 150_000, interval: 100 };

/** Where the process is killed, at the third message. */
const steps = [
  'before anything is sent',
  'when the message is on its way',
  'when it is answered, before that is noted',
  'when that is noted',
] as const;

// All at once: each waits for ten seconds until the lease of the process that was killed is over.
it('a kill at any step loses no event, and sends none twice but those under way', async () => {
  const results = await Promise.allSettled(steps.map(killAt));
  const failed = results.flatMap((result, at) =>
    result.status === 'rejected' ? [new Error(`A kill ${steps[at] ?? ''}.`, { cause: result.reason })] : [],
  );
  if (failed.length > 0) throw new AggregateError(failed, String(failed[0]));
}, 400_000);

async function killAt(step: (typeof steps)[number]): Promise<void> {
  const dataDir = await temporaryDir();
  const running = { kill: (): unknown => undefined };
  const receiver = await startReceiver((response) => {
    const isThird = receiver.messages.length === 3;
    if (isThird && step === 'when the message is on its way') running.kill();
    response.writeHead(204).end(() => {
      if (isThird && step === 'when it is answered, before that is noted') running.kill();
    });
  });
  const product = await startProduct({ DATA_DIR: dataDir });
  running.kill = () => {
    product.signal('SIGKILL');
  };
  expect(
    (await runCli(['webhooks', 'add', receiver.url, '--events', 'signup.*'], { DATA_DIR: dataDir })).code,
  ).toBe(0);
  for (const name of ['ada', 'bob', 'eve', 'kim']) {
    const { status } = await fetch(`${product.url}/forms/newsletter`, {
      method: 'POST',
      body: new URLSearchParams({ email: `${name}@example.com` }),
    });
    expect(status).toBe(202);
  }
  if (step === 'before anything is sent') running.kill();
  if (step === 'when that is noted') {
    const database = await openTestStore({ dataDir });
    const noted = async () => {
      const [row] = await database.read({ sql: sameSql('select position from webhooks') });
      return Number(row?.['position']);
    };
    await expect.poll(noted, { ...soon, interval: 20 }).toBeGreaterThan(2);
    running.kill();
  }
  await product.exited;
  const sentBefore = receiver.messages.length;
  await startProduct({ DATA_DIR: dataDir });
  const database = await openTestStore({ dataDir });
  const told = async () => (await database.read({ sql: toldSignups })).map(eventOf);
  const isComplete = async () =>
    (await told()).length === 8 && new Set(receiver.ids()).size === 8 ? 'complete' : receiver.ids();
  await expect.poll(isComplete, soon).toBe('complete');
  const ids = (await told()).map(({ id }) => id);
  expect([...new Set(receiver.ids())]).toEqual(ids);
  // What is sent again was sent just before the kill, and each once.
  const again = receiver.messages.length - 8;
  expect(again).toBeLessThanOrEqual(sentBefore);
  expect(receiver.ids().slice(sentBefore)).toEqual(ids.slice(sentBefore - again));
}
