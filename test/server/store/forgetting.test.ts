import { describe, expect, it, onTestFinished } from 'vitest';
import { Endpoints } from '../../../server/events/webhooks/endpoints.ts';
import { Dispatcher } from '../../../server/events/webhooks/dispatcher.ts';
import { Sender } from '../../../server/events/webhooks/sender.ts';
import { sameSql } from '../../../server/store/database.ts';
import { createIds } from '../../../server/store/ids.ts';
import { deliveredContacts, handoverAddresses } from '../../../server/store/schema/delivered-contacts.ts';
import { webhookAttempts } from '../../../server/store/schema/webhooks.ts';
import { forgetOldDelivered } from '../../../server/survival/forgetting.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();
const dayMs = 24 * 60 * 60_000;
const nowMs = Date.UTC(2026, 10, 28);

/** An id of a number of days ago. */
const idOf = (days: number) => createIds(() => nowMs - days * dayMs)();

function delivered(acceptedDaysAgo: number, deliveredDaysAgo: number) {
  const id = idOf(acceptedDaysAgo);
  const of = { upstream: 'v1', account: 'main', form: 'newsletter', origin: '', person: new Uint8Array(8) };
  const at = nowMs - deliveredDaysAgo * dayMs;
  return { id, ...of, rasa_id: 'r', is_own: 1, delivered_at: at, state: '', state_at: 0, reason: '' };
}

describe.each(engines)('on %s', (engine) => {
  it('deliveries are forgotten after 90 days, and addresses when they were kept for long enough', async () => {
    const database = await openTestStore(await newPlace(engine));
    const rows = [delivered(120, 100), delivered(91, 90.5), delivered(100, 80), delivered(1, 1)];
    const addresses = rows.map(({ id, delivered_at }) => ({
      id,
      kept_at: delivered_at,
      payload: 'a@example.com',
    }));
    await database.write([
      { into: deliveredContacts, rows },
      { into: handoverAddresses, rows: addresses },
    ]);
    await database.write(forgetOldDelivered(nowMs, 30 * dayMs));
    const left = async (name: string) =>
      (await database.read({ sql: sameSql(`select id from ${name} order by id`) })).map(({ id }) => id);
    expect(await left('delivered_contacts')).toEqual([rows[2]?.id, rows[3]?.id]);
    expect(await left('handover_addresses')).toEqual([rows[3]?.id]);
    await database.write(forgetOldDelivered(nowMs));
    expect(await left('handover_addresses')).toEqual([]);
  });

  it('attempts with webhooks are forgotten after three days', async () => {
    const database = await openTestStore(await newPlace(engine));
    const rows = [10, 3.5, 2.5, 0].map((days) => ({
      id: idOf(days),
      webhook: 'hook',
      event: 'event',
      at: nowMs - days * dayMs,
      took_ms: 5,
      status: 200,
      result: 'delivered',
    }));
    await database.write([{ into: webhookAttempts, rows }]);
    const now = () => nowMs;
    const [sender, endpoints] = [new Sender({ now }), new Endpoints({ database, now })];
    const dispatcher = new Dispatcher({ database, endpoints, sender, log: recordLog().log, now });
    onTestFinished(async () => {
      await dispatcher.close();
      await sender.close();
    });
    await dispatcher.look({ sql: sameSql('select 1'), expect: 1 });
    const left = await database.read({ sql: sameSql('select id from webhook_attempts order by id') });
    expect(left.map(({ id }) => id)).toEqual([rows[2]?.id, rows[3]?.id]);
  });
});
