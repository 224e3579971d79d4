import type { Event } from '../events/events.ts';
import { readAfter, readNumbers } from '../events/feed.ts';
import { sameSql, type Database, type Statement } from '../store/database.ts';
import { formNotes as table } from '../store/schema/alerts.ts';
import type { Note } from './notes.ts';
import type { NoteQueue } from './queue.ts';
import type { Target } from './targets.ts';

/** A form whose new sign-ups are told to somebody. */
export interface NotedForm {
  readonly id: string;
  readonly targets: readonly Target[];
  /** Whether the notes have the addresses, as far as KEEP_FOR_HANDOVER keeps them. */
  readonly addresses: boolean;
}

export interface FormNotesOptions {
  readonly database: Pick<Database, 'read' | 'write'>;
  readonly queue: Pick<NoteQueue, 'insert'>;
  /** As they are now. */
  readonly forms: () => readonly NotedForm[];
  readonly now?: () => number;
}

/** Between two summaries of one form. */
const everyMs = 10 * 60_000;
/** So many events are read at once. */
const batch = 500;
/** A form without sign-ups moves on after so many events of others. */
const behindAtMost = 5000;
/** A webhook's message should stay below 20 kB. */
const mostAddresses = 50;

interface Gathered {
  count: number;
  readonly ids: string[];
  firstAt: string;
  lastAt: string;
}

interface Place {
  readonly position: number;
  readonly dueMs: number;
}

/**
 * Sums up the sign-ups of forms that rasa.io has taken, for those whom the form names: the first one at once,
 * and what comes after it in summaries at least ten minutes apart. How far a form was told is a row, written
 * together with the note. Only the holder of the lease tells.
 */
export class FormNotes {
  readonly #options: FormNotesOptions;
  readonly #now: () => number;
  #scannedTo: number | undefined;
  readonly #gathered = new Map<string, Gathered>();

  constructor(options: FormNotesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Another process has told meanwhile: what was gathered here is counted anew. */
  forget(): void {
    this.#scannedTo = undefined;
    this.#gathered.clear();
  }

  async look(fence: Statement): Promise<void> {
    const forms = this.#options.forms();
    const { last } = await readNumbers(this.#options.database);
    const places = await this.#places(forms, last, fence);
    if (forms.length === 0) return;
    await this.#gather(places, last);
    for (const form of forms) {
      const place = places.get(form.id);
      if (place) await this.#tell(form, place, fence);
    }
  }

  async #tell(form: NotedForm, { position, dueMs }: Place, fence: Statement): Promise<void> {
    const { database, queue } = this.#options;
    const scannedTo = this.#scannedTo ?? position;
    const gathered = this.#gathered.get(form.id);
    if (gathered && this.#now() >= dueMs) {
      const note = noteOf(form, gathered, this.#now());
      await database.write([
        fence,
        setPlace(form.id, scannedTo, this.#now() + everyMs),
        ...queue.insert(form.targets, note),
      ]);
      this.#gathered.delete(form.id);
    } else if (!gathered && scannedTo - position > behindAtMost) {
      await database.write([fence, setPlace(form.id, scannedTo, dueMs)]);
    }
  }

  /** Reads on from where all forms were told, or this process has read already. */
  async #gather(places: ReadonlyMap<string, Place>, last: number): Promise<void> {
    const { database } = this.#options;
    let at = this.#scannedTo ?? Math.min(last, ...[...places.values()].map(({ position }) => position));
    while (at < last) {
      const events = await readAfter(database, at, batch);
      for (const event of events) {
        const form = String(event.data['form'] ?? '');
        const place = places.get(form);
        if (event.type === 'signup.delivered' && place && event.seq > place.position) {
          this.#add(form, event, event.subject);
        }
      }
      at = events.at(-1)?.seq ?? last;
    }
    this.#scannedTo = at;
  }

  #add(form: string, { timestamp }: Event, id: string): void {
    const gathered = this.#gathered.get(form) ?? { count: 0, ids: [], firstAt: timestamp, lastAt: timestamp };
    gathered.count++;
    gathered.lastAt = timestamp;
    if (gathered.ids.length < mostAddresses) gathered.ids.push(id);
    this.#gathered.set(form, gathered);
  }

  /** What happened before a form first named somebody is not told. */
  async #places(
    forms: readonly NotedForm[],
    last: number,
    fence: Statement,
  ): Promise<ReadonlyMap<string, Place>> {
    const { database } = this.#options;
    const rows = await database.read({ sql: sameSql(`select id, position, due from ${table.name}`) });
    const places = new Map(
      rows.map((row) => [
        String(row['id']),
        { position: Number(row['position']), dueMs: Math.min(Number(row['due']), this.#now() + everyMs) },
      ]),
    );
    const ids = new Set(forms.map(({ id }) => id));
    const gone = [...places.keys()].filter((id) => !ids.has(id));
    const added = [...ids].filter((id) => !places.has(id));
    if (gone.length + added.length > 0) {
      const removal = sameSql(`delete from ${table.name} where id = ?`);
      await database.write([
        fence,
        ...gone.map((id) => ({ sql: removal, params: [id] })),
        ...added.map((id) => setPlace(id, last, 0)),
      ]);
    }
    for (const id of gone) {
      places.delete(id);
      this.#gathered.delete(id);
    }
    for (const id of added) places.set(id, { position: last, dueMs: 0 });
    return places;
  }
}

function setPlace(id: string, position: number, dueMs: number): Statement {
  const text = `insert into ${table.name} (id, position, due) values (?, ?, ?)
    on conflict (id) do update set position = excluded.position, due = excluded.due`;
  return { sql: sameSql(text), params: [id, position, dueMs] };
}

/** The form's id is the operator's word. */
function noteOf({ id, addresses }: NotedForm, gathered: Gathered, atMs: number): Note {
  const { count, ids, firstAt, lastAt } = gathered;
  const signups = count === 1 ? '1 new sign-up' : `${count.toLocaleString('en')} new sign-ups`;
  return {
    type: 'form.signups',
    atMs,
    title: `${signups}: ${id}`,
    lines: [count === 1 ? `At ${clock(firstAt)}.` : `From ${clock(firstAt)} to ${clock(lastAt)}.`],
    data: { form: id, count, from: firstAt, to: lastAt },
    ...(addresses && { signups: ids }),
  };
}

function clock(time: string): string {
  return `${time.slice(11, 16)} UTC`;
}
