import { hash } from 'node:crypto';
import { sameSql, Unreadable, type Database, type Row } from '../../store/database.ts';
import { consentKeys } from '../../store/schema/receipts.ts';
import { keyOf } from './person-keys.ts';
import { leafOf, receiptColumns } from './receipt.ts';
import {
  chainHash,
  lineOfRoot,
  merkleRoot,
  noHash,
  rootColumns,
  rootOf,
  rootOfLine,
  type Root,
} from './tree.ts';

/** What was checked, and each fault with the name of the row, text, key or block. */
export interface Verified {
  readonly receipts: number;
  /** Rows of the last minutes, which no block seals yet. */
  readonly unsealed: number;
  readonly blocks: number;
  readonly texts: number;
  /** People whose key was destroyed. */
  readonly erased: number;
  /** The last hash of the chain: what proves everything before it. */
  readonly hash: string;
  readonly faults: readonly string[];
}

const slice = 1000;

/**
 * Checks that no receipt was changed, added or removed since it was sealed, and no text since it was kept.
 *
 * @param copies files of roots with the names by which faults call them: that of the data directory, and one
 *   that was laid down elsewhere. Only the latter proves anything against who can write to this machine.
 */
export async function verifyReceipts(
  database: Pick<Database, 'read'>,
  copies: readonly { readonly name: string; readonly text: string }[] = [],
): Promise<Verified> {
  const faults: string[] = [];
  const texts = await checkTexts(database, faults);
  const people = await readAddresses(database, faults);
  const roots = (await readAll(database, 'consent_roots', rootColumns)).map(rootOf);
  checkChain(roots, faults);
  const counted = await checkRows(database, { roots, texts, faults, people });
  for (const copy of copies) checkCopy(copy, roots, faults);
  return {
    ...counted,
    blocks: roots.length,
    texts: texts.size,
    hash: roots.at(-1)?.hash ?? noHash,
    faults,
  };
}

async function checkTexts(database: Pick<Database, 'read'>, faults: string[]): Promise<Set<string>> {
  const rows = await readAll(database, 'consent_texts', 'id, body');
  for (const row of rows) {
    if (hash('sha256', String(row['body']), 'hex') === row['id']) continue;
    faults.push(`The text ${String(row['id'])} was changed.`);
  }
  return new Set(rows.map((row) => String(row['id'])));
}

/** Of the people whose key is there. */
async function readAddresses(database: Pick<Database, 'read'>, faults: string[]): Promise<Set<string>> {
  const addresses = new Set<string>();
  for (let after = ''; ;) {
    const rows = await database.read({
      sql: sameSql(
        `select id, address, key_id, payload from consent_keys where id > ? order by id limit ${slice}`,
      ),
      params: [after],
      opens: consentKeys,
    });
    for (const row of rows) {
      addresses.add(String(row['address']));
      const key = keyOf(row);
      if (!(key instanceof Unreadable)) continue;
      const what = key.reason === 'damaged' ? 'was changed' : `needs the key ${key.keyId} of the store`;
      faults.push(`The key of the person ${String(row['id'])} ${what}.`);
    }
    if (rows.length < slice) return addresses;
    after = String(rows.at(-1)?.['id']);
  }
}

function checkChain(roots: readonly Root[], faults: string[]): void {
  let [block, previous] = [0, noHash];
  for (const root of roots) {
    if (root.block !== block + 1) faults.push(`Blocks ${block + 1} to ${root.block - 1} are missing.`);
    else if (root.previous !== previous) faults.push(`Block ${root.block} does not follow the one before.`);
    if (chainHash(root) !== root.hash) faults.push(`The root of block ${root.block} was changed.`);
    ({ block, hash: previous } = root);
  }
}

interface Checking {
  readonly roots: readonly Root[];
  readonly texts: ReadonlySet<string>;
  readonly people: ReadonlySet<string>;
  readonly faults: string[];
}

/** In the order of the blocks, so that only the leaves of one are held at a time. */
async function checkRows(database: Pick<Database, 'read'>, { roots, texts, people, faults }: Checking) {
  const byBlock = new Map(roots.map((root) => [root.block, root]));
  const keyless = new Map<string, string>();
  const erased = new Set<string>();
  let [receipts, unsealed, block] = [0, 0, 0];
  let leaves: string[] = [];
  const endBlock = () => {
    const root = byBlock.get(block);
    byBlock.delete(block);
    if (block === 0) unsealed = leaves.length;
    else if (!root) faults.push(`Block ${block} has rows and no root.`);
    else if (root.rows !== leaves.length)
      faults.push(`Block ${block} sealed ${root.rows} rows; ${leaves.length} are there.`);
    else if (merkleRoot(leaves) !== root.root)
      faults.push(`The rows of block ${block} are not those that it sealed.`);
    leaves = [];
  };
  for await (const row of eachReceipt(database)) {
    const id = String(row['id']);
    receipts++;
    if (Number(row['block']) !== block) endBlock();
    block = Number(row['block']);
    const leaf = leafOf(row);
    leaves.push(leaf);
    if (leaf !== row['leaf']) faults.push(`The receipt ${id} was changed.`);
    const wording = String(row['wording']);
    if (wording !== '' && !texts.has(wording))
      faults.push(`The text ${wording} of the receipt ${id} is missing.`);
    const address = String(row['address']);
    if (row['kind'] === 'erased') erased.add(address);
    if (!people.has(address) && !keyless.has(address)) keyless.set(address, id);
  }
  endBlock();
  for (const [left] of byBlock) faults.push(`The rows of block ${left} are missing.`);
  for (const [address, id] of keyless) {
    if (!erased.has(address)) faults.push(`The key of the receipt ${id} is missing, and nobody was erased.`);
  }
  return { receipts, unsealed, erased: [...keyless.keys()].filter((one) => erased.has(one)).length };
}

async function* eachReceipt(database: Pick<Database, 'read'>): AsyncIterable<Row> {
  for (let after = { block: 0, id: '' }; ;) {
    const rows = await database.read({
      sql: sameSql(
        `select ${receiptColumns} from receipts where (block, id) > (?, ?) order by block, id limit ${slice}`,
      ),
      params: [after.block, after.id],
    });
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < slice) return;
    after = { block: Number(last['block']), id: String(last['id']) };
  }
}

/** A copy may end earlier than the store; what it has must be the same. */
function checkCopy(
  { name, text }: { readonly name: string; readonly text: string },
  roots: readonly Root[],
  faults: string[],
): void {
  const byBlock = new Map(roots.map((root) => [root.block, root]));
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 && roots.length > 0) faults.push(`${name} has no roots in it.`);
  lines.forEach((line, index) => {
    const copy = rootOfLine(line);
    const where = `${name}, line ${index + 1}`;
    const root = copy && byBlock.get(copy.block);
    if (!copy) faults.push(`${where} is not a root.`);
    else if (!root) faults.push(`${where}: block ${copy.block} is missing in the database.`);
    else if (chainHash(copy) !== copy.hash || lineOfRoot(copy) !== line.replace(/\r$/, ''))
      faults.push(`${where} was changed.`);
    else if (copy.hash !== root.hash)
      faults.push(`${where}: block ${copy.block} of the database is another one.`);
  });
}

async function readAll(
  database: Pick<Database, 'read'>,
  table: string,
  columns: string,
): Promise<readonly Row[]> {
  const all: Row[] = [];
  for (let after = ''; ;) {
    const rows = await database.read({
      sql: sameSql(`select ${columns} from ${table} where id > ? order by id limit ${slice}`),
      params: [after],
    });
    all.push(...rows);
    if (rows.length < slice) return all;
    after = String(rows.at(-1)?.['id']);
  }
}
