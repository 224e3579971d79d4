import { digestOf, DigestSet } from '../../system/digests/digest-set.ts';
import { isGiven } from '../items.ts';
import type { FileState } from './columns.ts';
import type { ContactsFile } from './contacts-file.ts';
import type { Rejects } from './rejects.ts';
import { FileRefused } from './text-file.ts';

/** What is known of somebody at rasa.io who is to be written. */
export type Known =
  /** New there. */
  | 'created'
  | 'changed'
  /** Would be left alone, and why. */
  | FileState;

export interface Example {
  readonly line: number;
  readonly email?: string;
  /** Why it is left alone, or refused. */
  readonly why?: string;
}

export interface Kind {
  readonly count: number;
  /** The first ten. */
  readonly examples: readonly Example[];
}

/** What an import of a file comes to. */
export interface Survey {
  /** Without the header, and rows that are empty. */
  readonly rows: number;
  readonly created: Kind;
  readonly changed: Kind;
  readonly leftAlone: Kind;
  readonly refused: Kind;
  /** Of the rows that are stored: how many have the address of an earlier one. The last one counts. */
  readonly repeated: number;
  /** How many rows are to be stored: all but those that are refused, or left alone for what the file says. */
  readonly storable: number;
}

/** Somebody of the file, and from which states the person may be brought back. */
export interface Asked {
  readonly email: string;
  readonly resubscribe: readonly FileState[];
}

/** Of each one, what is known at rasa.io. */
export type Know = (people: readonly Asked[]) => Promise<readonly Known[]>;

export interface SurveyOptions {
  readonly know: Know;
  /** The states from which rows with consent bring somebody back. */
  readonly resubscribe?: readonly FileState[] | undefined;
  readonly rejects: Rejects | undefined;
  /** How many rows there must be; a file with another number was cut short, or is another one. */
  readonly expectRows: number | undefined;
}

const batch = 500;
const shown = 10;

class Counted implements Kind {
  count = 0;
  readonly examples: Example[] = [];

  add(example: Example): void {
    this.count++;
    if (this.examples.length < shown) this.examples.push(example);
  }
}

/** Reads a file once, stores nothing, and writes down what is refused. Throws `FileRefused`. */
export async function surveyFile(
  { contacts }: Pick<ContactsFile, 'contacts'>,
  { know, resubscribe = [], rejects, expectRows }: SurveyOptions,
): Promise<Survey> {
  const kinds = {
    created: new Counted(),
    changed: new Counted(),
    leftAlone: new Counted(),
    refused: new Counted(),
  };
  const seen = new DigestSet();
  let [rows, repeated, storable] = [0, 0, 0];
  let waiting: (Asked & { readonly line: number })[] = [];
  const flush = async () => {
    const known = await know(waiting);
    waiting.forEach(({ line, email }, at) => {
      const one = { line, email };
      const what = known[at] ?? 'created';
      if (what === 'created' || what === 'changed') kinds[what].add(one);
      else kinds.leftAlone.add({ ...one, why: `${what} at rasa.io` });
    });
    waiting = [];
  };
  for await (const { row, contact } of contacts()) {
    rows++;
    const { line } = row;
    switch (contact.is) {
      case 'refused':
        kinds.refused.add({ line, why: contact.why });
        await rejects?.add(row, contact.why);
        break;
      case 'left':
        kinds.leftAlone.add({ line, email: contact.email, why: `${contact.state} in the file` });
        break;
      case 'contact':
        storable++;
        if (seen.add(digestOf(contact.contact.email.toLowerCase()))) {
          const allowed = isGiven(contact.consent) ? resubscribe : [];
          waiting.push({ line, email: contact.contact.email, resubscribe: allowed });
        } else repeated++;
        if (waiting.length === batch) await flush();
    }
  }
  await flush();
  if (expectRows !== undefined && rows !== expectRows) {
    throw new FileRefused(
      `The file has ${rows} rows, not ${expectRows}: was it cut short? Nothing was imported.`,
    );
  }
  return { rows, ...kinds, repeated, storable };
}
