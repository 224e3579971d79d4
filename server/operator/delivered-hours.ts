import { sameSql, type Database } from '../store/database.ts';

const hourMs = 60 * 60_000;
/** Events are counted so many at a time: long reads delay writes. */
const batch = 5000;

export interface DeliveredHoursOptions {
  readonly database: Pick<Database, 'read'>;
  /** How many hours are kept. */
  readonly kept: number;
  readonly now: () => number;
}

/** How many sign-ups reached rasa.io in each hour, from the events, of which each is read once. */
export class DeliveredHours {
  readonly #options: DeliveredHoursOptions;
  readonly #counts = new Map<number, number>();
  #countedTo = 0;
  #counting = Promise.resolve();

  constructor(options: DeliveredHoursOptions) {
    this.#options = options;
  }

  /** By the number of the hour since 1970. */
  async read(): Promise<ReadonlyMap<number, number>> {
    this.#counting = this.#counting.catch(() => undefined).then(() => this.#count());
    await this.#counting;
    return this.#counts;
  }

  async #count(): Promise<void> {
    const { database, kept, now } = this.#options;
    const [numbers] = await database.read({
      // In one select both would be found by reading all.
      sql: sameSql('select (select min(seq) from events) as first, (select max(seq) from events) as last'),
    });
    const last = Number(numbers?.['last'] ?? 0);
    this.#countedTo = Math.max(this.#countedTo, Number(numbers?.['first'] ?? 1) - 1);
    while (this.#countedTo < last) {
      const to = Math.min(last, this.#countedTo + batch);
      const rows = await database.read({
        sql: sameSql(
          `select at / ${hourMs} as hour, count(*) as n from events
           where seq > ? and seq <= ? and type = 'signup.delivered' group by at / ${hourMs}`,
        ),
        params: [this.#countedTo, to],
      });
      this.#countedTo = to;
      for (const row of rows) {
        const hour = Number(row['hour']);
        this.#counts.set(hour, (this.#counts.get(hour) ?? 0) + Number(row['n']));
      }
    }
    const oldest = Math.floor(now() / hourMs) - kept;
    for (const hour of this.#counts.keys()) if (hour < oldest) this.#counts.delete(hour);
  }
}
