import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ensurePersonKeys, personId } from '../../../server/confirm/receipts/person-keys.ts';
import { receiptRow } from '../../../server/confirm/receipts/receipt.ts';
import { rootsFileName, Sealer } from '../../../server/confirm/receipts/sealer.ts';
import { verifyReceipts } from '../../../server/confirm/receipts/verify.ts';
import { openPersonHash } from '../../../server/outbox/person-hash.ts';
import { sameSql } from '../../../server/store/database.ts';
import { createIds } from '../../../server/store/ids.ts';
import { receipts } from '../../../server/store/schema/receipts.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { openTestStore, quiet } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();
const people = 100_000;
const atOnce = 1000;
const minuteMs = 60_000;

it.each(engines)(
  `${people} receipts are verified in seconds, and one byte that was changed is found, on %s`,
  async (engine) => {
    const place = await newPlace(engine);
    const database = await openTestStore(place);
    const hash = await openPersonHash({ database });
    const newId = createIds(Date.now);
    const madeMs = Date.now() - 10 * minuteMs;
    let someId = '';
    for (let from = 0; from < people; from += atOnce) {
      const emails = Array.from({ length: atOnce }, (_, at) => `reader${from + at}@example.com`);
      const ids = new Map(emails.map((email) => [personId(hash(email)), email]));
      const keys = await ensurePersonKeys(database, ids);
      const rows = [...keys.values()].map((key) => {
        const id = newId();
        const receipt = { id, kind: 'signed_up', account: 'main', form: 'letter', source: 'form' } as const;
        const times = { atMs: madeMs, madeMs, lang: 'en', wording: '', confirmed: undefined };
        return receiptRow({ ...receipt, ...times, network: 'ab'.repeat(16), details: { ticked: [] } }, key);
      });
      someId = String(rows[500]?.['id']);
      await database.write([{ into: receipts, rows }]);
    }
    const options = { database, dataDir: place.dataDir, accounts: ['main'], log: quiet, owner: 'a test' };
    const sealer = new Sealer({ ...options, lookEveryMs: 20 });
    await vi.waitFor(
      async () => {
        const [open] = await database.read({
          sql: sameSql('select count(*) as n from receipts where block = 0'),
        });
        expect(Number(open?.['n'])).toBe(0);
        expect((await readFile(join(place.dataDir, rootsFileName), 'utf8')).split('\n')).toHaveLength(21);
      },
      { timeout: 120_000, interval: 200 },
    );
    await sealer.stop();

    const startMs = performance.now();
    const text = await readFile(join(place.dataDir, rootsFileName), 'utf8');
    const verified = await verifyReceipts(database, [{ name: rootsFileName, text }]);
    const tookMs = performance.now() - startMs;
    process.stderr.write(`${people} receipts were verified in ${Math.round(tookMs)} ms on ${engine}.\n`);
    expect(verified).toMatchObject({ receipts: people, blocks: 20, unsealed: 0, faults: [] });
    expect(tookMs).toBeLessThan(30_000);

    const sql = sameSql("update receipts set lang = 'em' where id = ?");
    await database.write([{ sql, params: [someId] }]);
    const { faults } = await verifyReceipts(database);
    expect(faults[0]).toBe(`The receipt ${someId} was changed.`);
  },
  600_000,
);
