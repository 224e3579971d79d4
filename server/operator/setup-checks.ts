/** One check of the set-up, as `doctor` makes it. */
export interface SetupCheck {
  readonly about: string;
  /** Never rejects. */
  readonly findings: Promise<readonly Finding[]>;
}

interface Finding {
  readonly is: 'fine' | 'note' | 'warning' | 'fault';
  readonly what: string;
  readonly remedy?: string | undefined;
}

/** A finding that asks for something to be done. */
export interface SetupHint extends Finding {
  readonly about: string;
}

export interface SetupState {
  readonly isRunning: boolean;
  /** When the checks were over; `undefined` before the first time. Unix time in ms. */
  readonly checkedMs: number | undefined;
  readonly hints: readonly SetupHint[];
}

/** The checks of `doctor`, made when somebody asks for them, one time at once. */
export class SetupChecks {
  readonly #start: () => Promise<readonly SetupCheck[]>;
  readonly #now: () => number;
  #running: Promise<void> | undefined;
  #checkedMs: number | undefined;
  #hints: readonly SetupHint[] = [];

  constructor(start: () => Promise<readonly SetupCheck[]>, now: () => number = Date.now) {
    this.#start = start;
    this.#now = now;
  }

  get state(): SetupState {
    return { isRunning: this.#running !== undefined, checkedMs: this.#checkedMs, hints: this.#hints };
  }

  /** Resolves when they are over; who does not wait finds them in the state later. */
  run(): Promise<void> {
    this.#running ??= this.#check().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #check(): Promise<void> {
    const started = await this.#start();
    const found = await Promise.all(
      started.map(async ({ about, findings }) =>
        (await findings).map((finding): SetupHint => ({ ...finding, about })),
      ),
    );
    const weight = ({ is }: SetupHint) => (is === 'fault' ? 0 : 1);
    this.#hints = found
      .flat()
      .filter(({ is }) => is === 'fault' || is === 'warning')
      .sort((a, b) => weight(a) - weight(b));
    this.#checkedMs = this.#now();
  }
}
