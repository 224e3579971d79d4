import { hash } from 'node:crypto';
import { sameSql, type Database } from '../../store/database.ts';
import { idOfBlock, rootColumns, rootOf, type Root } from './tree.ts';

/** How a receipt leads to the root that seals it: RFC 6962 (2.1.1), the nearest neighbour first. */
export interface Proof {
  readonly path: readonly { readonly side: 'left' | 'right'; readonly hash: string }[];
  readonly sealedBy: Omit<Root, 'sealedMs'> & { readonly sealed: string };
}

/** `undefined` where the block is not there. */
export async function readProof(
  database: Pick<Database, 'read'>,
  { block, id }: { readonly block: number; readonly id: string },
): Promise<Proof | undefined> {
  const [row] = await database.read({
    sql: sameSql(`select ${rootColumns} from consent_roots where id = ?`),
    params: [idOfBlock(block)],
  });
  if (!row) return undefined;
  const rows = await database.read({
    sql: sameSql('select id, leaf from receipts where block = ? order by id'),
    params: [block],
  });
  const { sealedMs, ...root } = rootOf(row);
  return {
    path: pathOf(
      rows.map(({ leaf }) => String(leaf)),
      rows.findIndex((each) => each['id'] === id),
    ),
    sealedBy: { ...root, sealed: new Date(sealedMs).toISOString() },
  };
}

function pathOf(leaves: readonly string[], index: number): Proof['path'] {
  const path: { readonly side: 'left' | 'right'; readonly hash: string }[] = [];
  let level = leaves.map((leaf): Buffer => Buffer.from(leaf, 'hex'));
  for (let at = index; level.length > 1; at = Math.floor(at / 2)) {
    const neighbour = level[at ^ 1];
    if (neighbour) path.push({ side: at % 2 === 0 ? 'right' : 'left', hash: neighbour.toString('hex') });
    level = level.flatMap((left, place) => {
      if (place % 2 === 1) return [];
      const right = level[place + 1];
      return [right ? hash('sha256', Buffer.concat([Buffer.of(1), left, right]), 'buffer') : left];
    });
  }
  return path;
}
