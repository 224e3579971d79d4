import type { KeepReceipts } from '../../outbox/acknowledgements.ts';
import type { ChangeKind, Destination } from '../../outbox/signup.ts';
import type { Waiting } from '../../outbox/rows.ts';
import { Unreadable, type Database, type WriteStatement } from '../../store/database.ts';
import { receipts as table } from '../../store/schema/receipts.ts';
import { createHmacSha256 } from '../../system/keyed-hash.ts';
import { destroyPersonKey, ensurePersonKeys, personId, readPersonKeys } from './person-keys.ts';
import { receiptRow, type PersonKey, type ReceiptKind, type ReceiptSource } from './receipt.ts';

export interface RecorderOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  /** The name of an account; `undefined` where this process does not know it. */
  readonly accountOf: (destination: Destination) => string | undefined;
}

/**
 * Makes receipts of what leaves the outbox, for the write that takes it away: of each sign-up once, whatever
 * became of it, and a line where a person was unsubscribed, archived or erased. So an accept writes nothing
 * for it.
 */
export function createRecorder({ database, accountOf }: RecorderOptions): KeepReceipts {
  return async (gone, { destination, nowMs }) => {
    const account = accountOf(destination) ?? '';
    const signups = gone.filter(({ signup }) => !signup.change);
    const people = new Map(signups.map(({ signup, person }) => [personId(person), signup.contact.email]));
    const keys = people.size > 0 ? await ensurePersonKeys(database, people) : new Map();
    const rows = signups.flatMap((waiting) => {
      const key = keys.get(personId(waiting.person)) as PersonKey | undefined;
      return key ? [rowOf(waiting, { account, nowMs, key })] : [];
    });
    const lines = await Promise.all(
      gone.map(async ({ signup: { id, change, form }, person }) => {
        const kind = change && kinds[change.kind];
        if (!kind) return [];
        return lineOf(database, person, { id, kind, account, source: askedBy(form), nowMs });
      }),
    );
    return [...(rows.length > 0 ? [{ into: table, rows, ifNew: true }] : []), ...lines.flat()];
  };
}

/** Stands in place of a form's id with what people ask for on the page to leave. No form can be called so. */
export const leavingForm = '/leave';
/** The same with what the operator asks for. */
export const operatorForm = '/operator';

function askedBy(form: string): ReceiptSource {
  if (form === operatorForm) return 'operator';
  return form === leavingForm ? 'person' : 'api';
}

/** A change of other fields says nothing about consent. */
const kinds: Readonly<Record<ChangeKind, Exclude<ReceiptKind, 'signed_up'> | undefined>> = {
  update: undefined,
  unsubscribe: 'unsubscribed',
  archive: 'archived',
  erase: 'erased',
};

interface Context {
  readonly account: string;
  readonly nowMs: number;
  readonly key: PersonKey;
}

function rowOf({ signup }: Waiting, { account, nowMs, key }: Context) {
  const { id, form, evidence, consent, acceptedAt } = signup;
  const source = sourceOf(form);
  return receiptRow(
    {
      id,
      kind: 'signed_up',
      account,
      form: source === 'form' ? form : '',
      source,
      atMs: Date.parse(acceptedAt),
      madeMs: nowMs,
      lang: evidence?.lang ?? '',
      wording: evidence?.wording ?? '',
      confirmed: evidence?.confirmed,
      network: evidence?.network ?? '',
      details: { page: evidence?.page, ticked: evidence?.ticked, consent },
    },
    key,
  );
}

/** What is no form begins with a slash: see `sentByApplication` and `importedFromFile`. */
function sourceOf(form: string): ReceiptSource {
  if (!form.startsWith('/')) return 'form';
  return form.startsWith('/api/') ? 'api' : 'import';
}

export interface Line {
  /** The same for the same thing, however often it is told. Default: made of what it says. */
  readonly id?: string;
  readonly kind: Exclude<ReceiptKind, 'signed_up'>;
  readonly account: string;
  readonly source: ReceiptSource;
  /** When it happened, if that was not now. */
  readonly atMs?: number;
  readonly nowMs: number;
}

/**
 * What became of a person, for the write that makes it true; nothing where they have no receipts. With
 * `erased`, their key goes.
 */
export async function lineOf(
  database: Pick<Database, 'read'>,
  person: Uint8Array,
  { id, kind, account, source, nowMs, atMs = nowMs }: Line,
): Promise<readonly WriteStatement[]> {
  const who = personId(person);
  const key = (await readPersonKeys(database, [who])).get(who);
  const destroyed = kind === 'erased' && key ? [destroyPersonKey(who)] : [];
  if (!key || key instanceof Unreadable) return destroyed;
  const nothing = { form: '', lang: '', wording: '', confirmed: undefined, network: '', details: {} };
  const own = id ?? createHmacSha256(key.key)(`line\n${kind}\n${account}\n${atMs}`).toString('hex');
  const row = receiptRow({ ...nothing, atMs, madeMs: nowMs, id: own, kind, account, source }, key);
  return [{ into: table, rows: [row], ifNew: true }, ...destroyed];
}

/**
 * Destroys the key of a person now, and leaves the line that says so. Says whether there was one.
 *
 * @param person the keyed hash of the address.
 */
export async function eraseReceipts(
  database: Pick<Database, 'read' | 'write'>,
  person: Uint8Array,
  { source, nowMs }: Pick<Line, 'source' | 'nowMs'>,
): Promise<boolean> {
  const line = { kind: 'erased', account: '', source, nowMs } as const;
  const statements = await lineOf(database, person, line);
  if (statements.length > 0) await database.write(statements);
  return statements.length > 0;
}
