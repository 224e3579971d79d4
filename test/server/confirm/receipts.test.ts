import { createHash } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { readHistory } from '../../../server/confirm/receipts/history.ts';
import { createRecorder, eraseReceipts } from '../../../server/confirm/receipts/recorder.ts';
import { rootsFileName, Sealer } from '../../../server/confirm/receipts/sealer.ts';
import { merkleRoot } from '../../../server/confirm/receipts/tree.ts';
import { verifyReceipts } from '../../../server/confirm/receipts/verify.ts';
import { openPersonHash } from '../../../server/outbox/person-hash.ts';
import { sameSql } from '../../../server/store/database.ts';
import { consentKeys, consentRoots, consentTexts, receipts } from '../../../server/store/schema/receipts.ts';
import type { Table } from '../../../server/store/tables.ts';
import { useEngines, type Engine } from '../../helpers/server/engines.ts';
import { openTestOutbox } from '../../helpers/server/outbox.ts';
import { quiet } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();
const soon = { timeout: 15_000, interval: 20 };
const minuteMs = 60_000;

/** An outbox that keeps receipts, with a clock that the test moves. */
async function openKept(engine: Engine) {
  const place = await newPlace(engine);
  let nowMs = Date.parse('2026-11-27T09:00:10Z');
  const now = () => nowMs;
  const kept = await openTestOutbox({
    place,
    now,
    keepReceipts: (database) => createRecorder({ database, accountOf: () => 'main' }),
  });
  const { database } = kept;
  const hash = await openPersonHash({ database });
  const file = join(place.dataDir, rootsFileName);
  return {
    ...kept,
    file,
    hash,
    pass: (ms: number) => (nowMs += ms),
    historyOf: (email: string) => readHistory(database, hash(email)),
    verify: async (copies: Parameters<typeof verifyReceipts>[1] = []) =>
      verifyReceipts(database, [{ name: rootsFileName, text: await readFile(file, 'utf8') }, ...copies]),
    change: (text: string, params: (string | number | Uint8Array)[] = []) =>
      database.write([{ sql: sameSql(text), params }]),
    /** Seals everything that is a minute old. */
    seal: async (): Promise<void> => {
      nowMs += minuteMs + 10_000;
      const options = { database, dataDir: place.dataDir, accounts: ['main'], log: quiet, owner: 'a test' };
      const sealer = new Sealer({ ...options, now, lookEveryMs: 20 });
      await vi.waitFor(async () => {
        const [open] = await database.read({
          sql: sameSql(
            `select count(*) as n from receipts where block = 0 and made_at < ${nowMs - minuteMs}`,
          ),
        });
        const [roots] = await database.read({ sql: sameSql('select count(*) as n from consent_roots') });
        const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').length - 1;
        expect([Number(open?.['n']), lines]).toEqual([0, Number(roots?.['n'])]);
      }, soon);
      await sealer.stop();
    },
  };
}

async function withReceipts(engine: Engine) {
  const kept = await openKept(engine);
  for (const names of [['ada', 'bob', 'cyd'], ['dan'], ['eve', 'fay']]) {
    for (const name of names) await kept.add(name);
    await kept.drain();
    await kept.seal();
  }
  return kept;
}

describe.each(engines)('receipts on %s', (engine) => {
  it('are made of each sign-up once, before its row goes, whatever became of it', async () => {
    const { outbox, due, settle, historyOf, database, seal, verify } = await openKept(engine);
    const evidence = {
      lang: 'de',
      wording: '',
      network: 'ab'.repeat(16),
      ticked: ['terms'],
      page: 'https://a.example/',
    };
    await outbox.add({ form: 'letter', contact: { email: 'ada@example.com' }, evidence });
    await outbox.add({ form: 'letter', contact: { email: 'bob@example.com' } });
    const consent = { text: 'I agree', at: '2026-01-01T00:00:00Z', source: 'till' };
    const sent = { form: '/api/contacts', contact: { email: 'cyd@example.com' }, consent };
    await outbox.addAll([{ ...sent, id: '01900000-0000-7000-8000-000000000001' }], []);
    const [ada, bob, cyd] = await due();
    if (!ada || !bob || !cyd) throw new Error('Three wait.');
    const settled = [
      { waiting: ada, is: 'delivered' },
      { waiting: bob, is: 'refused', code: 'refused', reason: 'no' },
      { waiting: cyd, is: 'left_alone', state: 'bounced' },
    ] as const;
    await settle(settled);
    await settle(settled);
    expect((await historyOf(' ADA@example.com'))?.receipts).toMatchObject([
      {
        id: ada.signup.id,
        kind: 'signed_up',
        source: 'form',
        form: 'letter',
        lang: 'de',
        details: { page: 'https://a.example/', ticked: ['terms'] },
      },
    ]);
    expect((await historyOf('bob@example.com'))?.receipts).toHaveLength(1);
    expect((await historyOf('cyd@example.com'))?.receipts).toMatchObject([
      { source: 'api', form: '', details: { consent } },
    ]);
    expect(await historyOf('dan@example.com')).toBeUndefined();
    await seal();
    expect(await verify()).toMatchObject({ receipts: 3, blocks: 1, unsealed: 0, faults: [] });
    const events = await database.read({
      sql: sameSql("select data from events where type = 'receipts.sealed'"),
    });
    expect(JSON.parse(String(events[0]?.['data']))).toMatchObject({ block: 1, rows: 3 });
  });

  it('are sealed minute by minute, each root chained to the one before, and what is younger waits', async () => {
    const { verify, file, add, drain } = await withReceipts(engine);
    await add('late');
    await drain();
    const lines = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ block, rows }) => [block, rows])).toEqual([
      [1, 3],
      [2, 1],
      [3, 2],
    ]);
    expect(lines[1]?.['previous']).toBe(lines[0]?.['hash']);
    expect(await verify()).toMatchObject({ receipts: 7, blocks: 3, unsealed: 1, faults: [] });
  });

  it('name what was changed: any column, a text, a root, a key, a row more or less', async () => {
    const { database, change, verify, historyOf, file } = await withReceipts(engine);
    const id = String((await historyOf('bob@example.com'))?.receipts[0]?.id);
    const read = async (column: string) =>
      (
        await database.read({
          sql: sameSql(`select ${column} as v from receipts where id = ?`),
          params: [id],
        })
      )[0]?.['v'];
    const columns =
      'kind account form source at made_at lang wording confirmed_by confirmed_at address network details leaf'.split(
        ' ',
      );
    for (const column of columns) {
      const before = (await read(column)) as string | number | Uint8Array;
      const after =
        typeof before === 'string'
          ? `x${before.slice(1)}`
          : typeof before === 'number'
            ? before + 1
            : flipped(before);
      await change(`update receipts set ${column} = ? where id = ?`, [after, id]);
      expect((await verify()).faults.join(' '), column).toContain(id);
      await change(`update receipts set ${column} = ? where id = ?`, [before, id]);
    }
    expect((await verify()).faults).toEqual([]);

    await change('update receipts set block = 2 where id = ?', [id]);
    expect((await verify()).faults.join(' ')).toMatch(/[Bb]lock 1 .*[Bb]lock 2 /);
    await change('update receipts set block = 1 where id = ?', [id]);

    for (const column of ['sealed_at', 'rows', 'root', 'previous', 'hash']) {
      const [row] = await database.read({
        sql: sameSql(`select ${column} as v from consent_roots where id = '0000000002'`),
      });
      const before = row?.['v'] as string | number;
      const after = typeof before === 'string' ? `${before.slice(1)}0` : before + 1;
      await change(`update consent_roots set ${column} = ? where id = '0000000002'`, [after]);
      expect((await verify()).faults.join(' '), column).toContain('lock 2');
      await change(`update consent_roots set ${column} = ? where id = '0000000002'`, [before]);
    }
    await change("delete from receipts where block = 3 and form = 'newsletter'");
    expect((await verify()).faults.join(' ')).toContain('block 3');
    const whole = await readFile(file, 'utf8');
    await writeFile(file, whole.replace('"rows":1', '"rows":2'));
    expect((await verify()).faults.join(' ')).toContain(`${rootsFileName}, line 2`);
  });

  it('name a text that was changed or is missing, and keys that were', async () => {
    const { database, change, outbox, drain, hash, seal, verify } = await openKept(engine);
    const body = '{"title":"The Letter"}';
    const wording = '0'.repeat(64);
    await database.write([{ into: consentTexts, rows: [{ id: wording, body }] }]);
    await outbox.add({
      form: 'letter',
      contact: { email: 'ada@example.com' },
      evidence: { lang: 'en', wording, network: '', ticked: [] },
    });
    await drain();
    await seal();
    expect((await verify()).faults).toEqual([`The text ${wording} was changed.`]);
    await change('delete from consent_texts');
    expect((await verify()).faults).toEqual([expect.stringContaining(`The text ${wording} of the receipt`)]);
    const who = Buffer.from(hash('ada@example.com')).toString('hex');
    const [key] = await database.read({ sql: sameSql('select payload from consent_keys') });
    await change('update consent_keys set payload = ?', [flipped(key?.['payload'] as Uint8Array)]);
    expect((await verify()).faults).toContain(`The key of the person ${who} was changed.`);
    await change('delete from consent_keys');
    expect((await verify()).faults.join(' ')).toContain('is missing, and nobody was erased');
  });

  it('name one byte that was changed, in every column of every table', async () => {
    const { database, change, verify, outbox, drain, seal } = await openKept(engine);
    const body = '{"title":"The Letter"}';
    const wording = createHash('sha256').update(body).digest('hex');
    await database.write([{ into: consentTexts, rows: [{ id: wording, body }] }]);
    const evidence = { lang: 'en', wording, network: 'ab'.repeat(16), ticked: ['terms'] };
    const confirmed = { by: 'link', atMs: 1_800_000_000_000 } as const;
    for (const name of ['ada', 'bob']) {
      const contact = { email: `${name}@example.com` };
      await outbox.add({ form: 'letter', contact, evidence: { ...evidence, confirmed } });
    }
    await drain();
    await seal();
    expect((await verify()).faults).toEqual([]);
    let tried = 0;
    for (const table of [receipts, consentKeys, consentTexts, consentRoots] as readonly Table[]) {
      const columns = [...Object.keys(table.columns), ...(table.sealed ? ['key_id', table.sealed] : [])];
      const [row] = await database.read({ sql: sameSql(`select * from ${table.name} order by id limit 1`) });
      const id = String(row?.['id']);
      for (const column of columns) {
        const before = row?.[column] as string | number | Uint8Array;
        const after = changedIn(before);
        await change(`update ${table.name} set ${column} = ? where id = ?`, [after, id]);
        const { faults } = await verify();
        expect(faults, `${table.name}.${column}`).not.toEqual([]);
        const now = column === 'id' ? String(after) : id;
        await change(`update ${table.name} set ${column} = ? where id = ?`, [before, now]);
        tried++;
      }
    }
    expect([(await verify()).faults, tried]).toEqual([[], 28]);
  });

  it('name the line of a file of roots in which one byte was changed, wherever it is', async () => {
    const { verify, file } = await withReceipts(engine);
    const text = await readFile(file, 'utf8');
    const [first = ''] = text.split('\n');
    for (let at = 0; at < first.length; at++) {
      const sign = String.fromCharCode(first.charCodeAt(at) ^ 1);
      const changed = `${text.slice(0, at)}${sign}${text.slice(at + 1)}`;
      expect(
        (await verify([{ name: 'copy', text: changed }])).faults.join(' '),
        `byte ${at}: ${sign}`,
      ).toContain('copy, line 1');
    }
    // Another spelling of the same time.
    expect((await verify([{ name: 'copy', text: text.replace('Z"', 'z"') }])).faults).toEqual([
      'copy, line 1 was changed.',
    ]);
    expect((await verify([{ name: 'copy', text: text.replaceAll('\n', '\r\n') }])).faults).toEqual([]);
  });

  it('of an erased person stay sealed and checkable, and nobody can say whose they are', async () => {
    const { database, historyOf, hash, verify, seal, add, drain, outbox, pass } = await withReceipts(engine);
    const before = await historyOf('ada@example.com');
    const erase = () =>
      eraseReceipts(database, hash('ada@example.com'), { source: 'operator', nowMs: pass(1) });
    expect(await erase()).toBe(true);
    expect(await erase()).toBe(false);
    await database.tidy();
    expect(await historyOf('ada@example.com')).toBeUndefined();
    await seal();
    expect(await verify()).toMatchObject({ receipts: 7, blocks: 4, erased: 1, faults: [] });
    const keys = await database.read({ sql: sameSql('select id, address from consent_keys') });
    expect(JSON.stringify(keys)).not.toContain(before?.address);
    const rows = await database.read({ sql: sameSql('select * from receipts') });
    expect(JSON.stringify(rows)).not.toMatch(/ada@|newsletter-of-ada/);
    // Who signs up again begins anew, under another key.
    await add('ada');
    await drain();
    const after = await historyOf('ada@example.com');
    expect(after?.receipts).toHaveLength(1);
    expect(after?.address).not.toBe(before?.address);
    await outbox.close();
  });

  it('are proven by a copy of the roots that was laid down elsewhere', async () => {
    const { change, verify, file, seal, add, drain } = await withReceipts(engine);
    const copy = { name: 'copy', text: await readFile(file, 'utf8') };
    expect((await verify([copy])).faults).toEqual([]);
    // Who can write to this machine makes everything anew, without one receipt.
    await change('delete from receipts where block = 2');
    await change('update receipts set block = 0');
    await change('delete from consent_roots');
    await change("delete from events where type = 'receipts.sealed'");
    await writeFile(file, '');
    await seal();
    await add('gus');
    await drain();
    await seal();
    expect((await verify()).faults.filter((fault) => !fault.includes('nobody was erased'))).toEqual([]);
    expect((await verify([copy])).faults.join(' ')).toContain(
      'copy, line 1: block 1 of the database is another one',
    );
  });

  it('have a file of roots that is made whole after a crash, and by another machine', async () => {
    const { file, verify, seal, add, drain } = await withReceipts(engine);
    const whole = await readFile(file, 'utf8');
    await appendFile(file, '{"block":4,"sea');
    await add('gus');
    await drain();
    await seal();
    expect(await readFile(file, 'utf8')).toMatch(
      new RegExp(`^${whole.replace(/[{}[\]]/g, '.')}.*"block":4.*\n$`, 's'),
    );
    await writeFile(file, '');
    await seal();
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(5);
    expect((await verify()).faults).toEqual([]);
  });
});

it('builds the Merkle tree of RFC 6962', () => {
  // From the test vectors of Certificate Transparency: leaves "", 00, 10 of 2021.
  const leaves = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7',
  ];
  expect(merkleRoot(leaves.slice(0, 1))).toBe(leaves[0]);
  expect(merkleRoot(leaves.slice(0, 2))).toBe(
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  );
  expect(merkleRoot(leaves)).toBe('aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77');
});

/** Another value of the same type, which differs in one byte. */
function changedIn(value: string | number | Uint8Array): string | number | Uint8Array {
  if (typeof value === 'number') return value + 1;
  return typeof value === 'string' ? `${value.startsWith('1') ? '2' : '1'}${value.slice(1)}` : flipped(value);
}

function flipped(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}
