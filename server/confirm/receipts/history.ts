import { sameSql, Unreadable, type Database, type Row } from '../../store/database.ts';
import { personId, readPersonKeys } from './person-keys.ts';
import {
  detailsOf,
  networkHash,
  receiptColumns,
  receiptOf,
  type Receipt,
  type ReceiptDetails,
} from './receipt.ts';
import { readWordings, type Wording } from './wordings.ts';

/** One receipt of a person, with everything that can be said about it. */
export interface Told extends Receipt {
  readonly details: ReceiptDetails | undefined;
  /** What the form said. */
  readonly text: Wording | undefined;
  /** Checkboxes that were not ticked, and those among them that were ticked at this form before; by name. */
  readonly notTicked: readonly string[];
  readonly tickedBefore: readonly string[];
  /** The HMAC of the network; empty without. */
  readonly network: string;
  readonly leaf: string;
  /** The block that seals it; `undefined` in the first minutes. */
  readonly block: number | undefined;
}

/** All receipts of a person, the oldest first. */
export interface History {
  readonly key: Uint8Array;
  /** The HMAC of the address. */
  readonly address: string;
  readonly receipts: readonly Told[];
}

/**
 * @param person the keyed hash of the address.
 * @returns `undefined` where the person has no receipts, or was erased.
 */
export async function readHistory(
  database: Pick<Database, 'read'>,
  person: Uint8Array,
): Promise<History | undefined> {
  const who = personId(person);
  const found = (await readPersonKeys(database, [who])).get(who);
  if (!found || found instanceof Unreadable) return undefined;
  const rows = await database.read({
    sql: sameSql(`select ${receiptColumns} from receipts where address = ? order by at, id`),
    params: [found.address],
  });
  const wordings = await readWordings(database, [
    ...new Set(rows.map((row) => String(row['wording'])).filter((id) => id !== '')),
  ]);
  const ticked = new Map<string, Set<string>>();
  return { ...found, receipts: rows.map((row) => told(row, { key: found.key, wordings, ticked })) };
}

/** The same by the id of any of the person's receipts. */
export async function readHistoryWith(
  database: Pick<Database, 'read'>,
  id: string,
): Promise<History | undefined> {
  const [row] = await database.read({
    sql: sameSql(
      'select k.id from consent_keys k join receipts r on r.address = k.address where r.id = ? limit 1',
    ),
    params: [id],
  });
  return row && readHistory(database, Buffer.from(String(row['id']), 'hex'));
}

interface Telling {
  readonly key: Uint8Array;
  readonly wordings: ReadonlyMap<string, Wording>;
  /** What was ticked so far, by form. */
  readonly ticked: Map<string, Set<string>>;
}

function told(row: Row, { key, wordings, ticked }: Telling): Told {
  const receipt = receiptOf(row);
  const details = detailsOf(row, key);
  const text = wordings.get(receipt.wording);
  const boxes = text?.fields.filter(({ type }) => type === 'checkbox').map(({ name }) => name) ?? [];
  const notTicked = boxes.filter((name) => details?.ticked?.includes(name) !== true);
  const before = ticked.get(receipt.form) ?? new Set<string>();
  const tickedBefore = notTicked.filter((name) => before.has(name));
  for (const name of tickedBefore) before.delete(name);
  for (const name of details?.ticked ?? []) before.add(name);
  ticked.set(receipt.form, before);
  const block = Number(row['block']);
  return {
    ...receipt,
    details,
    text,
    notTicked,
    tickedBefore,
    network: String(row['network']),
    leaf: String(row['leaf']),
    block: block === 0 ? undefined : block,
  };
}

/** Whether a receipt was made from this network. @param network the store's keyed hash of it, in hex. */
export function isFrom({ network }: Told, key: Uint8Array, candidate: string): boolean {
  return network !== '' && network === networkHash(key, candidate);
}
