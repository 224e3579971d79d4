/** What the operator's three questions are answered from. Times are Unix time in ms. */
export interface OperatorState {
  readonly nowMs: number;
  /** Why the store takes no sign-ups now; `undefined` while it does. */
  readonly storeFault: 'disk' | 'store' | 'outbox_full' | undefined;
  /** Delivered within the period. */
  readonly delivered: number;
  readonly setAside: number;
  /** Set aside, and cannot be opened: damaged, or sealed with a key that is not given. */
  readonly unreadable: number;
  readonly accounts: readonly AccountStanding[];
  /** By the code of the problem that was answered, within the period. */
  readonly refused: readonly RefusedBy[];
  /** Delivered within the last 30 days, and how many of these are archived at rasa.io now. */
  readonly survival: { readonly delivered: number; readonly archived: number };
}

export interface AccountStanding {
  readonly name: string;
  readonly credentials: 'untried' | 'working' | 'refused' | undefined;
  readonly isUnreachable: boolean;
  readonly waiting: number;
  readonly oldestMs: number | undefined;
  /** Whether the operator has retired all of its keys, so that rasa.io was not even asked. */
  readonly areKeysRetired?: boolean;
  /** What rasa.io answered when it refused the last of its keys. */
  readonly refusalStatus?: number | undefined;
  /** Whether this proxy has no such account any more, so that what waits for it stays. */
  readonly isGone?: boolean;
}

export interface RefusedBy {
  readonly code: string;
  readonly count: number;
  /** Of networks that were refused, those that got a sign-up in later. */
  readonly gotIn: number;
}

/** Bad news, hints, or neither. */
export type Tone = 'good' | 'warn' | 'bad';

export interface Verdict {
  readonly tone: Tone;
  /** The first line of the page. */
  readonly words: string;
  /** What is wrong, and what to do, the worst first. */
  readonly causes: readonly Cause[];
  readonly lost: number;
  readonly stuck: number;
  readonly wronged: number;
}

export interface Cause {
  /** Names the cause, and behind a blank the account where it is one's. The same for as long as it lasts. */
  readonly id: string;
  readonly tone: Exclude<Tone, 'good'>;
  readonly what: string;
  readonly remedy: string;
  /** What a button beside it does. */
  readonly action?: 'reload';
}

/** Usual is under 30 s; a restart of rasa.io or a pause after a fault is over by then. */
export const stuckAfterMs = 10 * 60_000;
/** Fewer networks that got in at a second try are people who were slow, mistyped or were in a hurry. */
const leastSign = 4;

/**
 * Is anything lost, is anything stuck, is anybody refused wrongly? The words come from a closed list, bad
 * news first. Where it cannot be known, they say that there is no sign of it.
 */
export function judge(state: OperatorState): Verdict {
  const stuckAccounts = state.accounts.filter((account) => isStuck(account, state.nowMs));
  const stuck = stuckAccounts.reduce((sum, { waiting }) => sum + waiting, 0);
  const lost = state.unreadable;
  const wronged = wrongedOf(state.refused);
  const causes = causesOf(state, stuckAccounts);
  const isBad = lost + stuck > 0 || causes.some(({ tone }) => tone === 'bad');
  const tone = isBad ? 'bad' : wronged > 0 || causes.length > 0 ? 'warn' : 'good';
  return { tone, words: wordsOf({ lost, stuck, wronged }), causes, lost, stuck, wronged };
}

function wordsOf({ lost, stuck, wronged }: Pick<Verdict, 'lost' | 'stuck' | 'wronged'>): string {
  if (lost + stuck + wronged === 0) return 'Nothing lost. Nothing stuck. No sign of wrong refusals.';
  const bad = [
    ...(lost > 0 ? [`${signups(lost)} lost.`] : []),
    ...(stuck > 0 ? [`${signups(stuck)} stuck.`] : []),
    ...(wronged > 0 && lost + stuck === 0
      ? [`Perhaps ${wronged.toLocaleString('en')} refused wrongly.`]
      : []),
  ];
  return [...bad, ...(lost === 0 ? ['Nothing is lost.'] : [])].join(' ');
}

function signups(count: number): string {
  return count === 1 ? '1 sign-up is' : `${count.toLocaleString('en')} sign-ups are`;
}

function isStuck(
  { waiting, oldestMs, credentials, isGone = false }: AccountStanding,
  nowMs: number,
): boolean {
  if (waiting === 0) return false;
  return isGone || credentials === 'refused' || nowMs - (oldestMs ?? nowMs) > stuckAfterMs;
}

/** A store that takes nothing refuses everybody wrongly. */
function wrongedOf(refused: readonly RefusedBy[]): number {
  return refused.reduce((sum, { code, count, gotIn }) => {
    if (code === 'unavailable' || code === 'internal') return sum + count;
    return gotIn >= leastSign ? sum + gotIn : sum;
  }, 0);
}

function causesOf(state: OperatorState, stuck: readonly AccountStanding[]): readonly Cause[] {
  const { storeFault, unreadable, accounts, survival } = state;
  return [
    ...(storeFault ? [storeCauses[storeFault]] : []),
    ...(unreadable > 0 ? [unreadableCause] : []),
    ...accounts.filter(({ credentials }) => credentials === 'refused').map(keyCause),
    ...stuck.filter(({ isGone }) => isGone).map(goneCause),
    ...accounts.filter(({ isUnreachable, waiting }) => isUnreachable && waiting > 0).map(unreachableCause),
    ...stuck
      .filter(
        ({ isGone, credentials, isUnreachable }) => !isGone && credentials !== 'refused' && !isUnreachable,
      )
      .map(slowCause),
    ...(survival.archived > 0 ? [survivalCause(survival)] : []),
  ];
}

const storeCauses: Readonly<Record<NonNullable<OperatorState['storeFault']>, Cause>> = {
  disk: {
    id: 'disk',
    tone: 'bad',
    what: 'The disk is full',
    remedy:
      'No sign-up is accepted, and visitors are asked to try again. Make room; nothing has to be restarted.',
  },
  store: {
    id: 'store',
    tone: 'bad',
    what: 'The database takes no writes',
    remedy: 'No sign-up is accepted, and visitors are asked to try again. The log says why.',
  },
  outbox_full: {
    id: 'outbox_full',
    tone: 'bad',
    what: 'As many sign-ups wait as OUTBOX_MAX allows',
    remedy: 'No more are accepted until some are delivered. Raise OUTBOX_MAX, or remove what holds them up.',
  },
};

const unreadableCause: Cause = {
  id: 'unreadable',
  tone: 'bad',
  what: 'Sign-ups in the database cannot be read',
  remedy:
    'They were sealed with a key that is not given, or are damaged. Give that key as OUTBOX_KEY_PREVIOUS, or restore a backup.',
};

function keyCause({ name, areKeysRetired = false, refusalStatus }: AccountStanding): Cause {
  const id = `credentials ${name}`;
  if (areKeysRetired) {
    return {
      id,
      tone: 'bad',
      what: `All keys of account “${name}” are retired`,
      remedy:
        'Sign-ups are still accepted and kept on disk, and go out by themselves as soon as there is a key: write a new ' +
        'one into the key file, or use one of them again under Accounts.',
      action: 'reload',
    };
  }
  return {
    id,
    tone: 'bad',
    what: `rasa.io refuses the key of account “${name}”${refusalStatus === undefined ? '' : ` (${refusalStatus})`}`,
    remedy:
      'Sign-ups are still accepted and kept on disk, and go out by themselves as soon as a key works. ' +
      'Make one at rasa.io under Settings, API Keys, and put it into the key file.',
    action: 'reload',
  };
}

function goneCause({ name }: AccountStanding): Cause {
  return {
    id: `no_account ${name}`,
    tone: 'bad',
    what: `This proxy has no account for sign-ups of “${name}”`,
    remedy: 'They stay until the proxy runs with the RASA_ settings that they were accepted with.',
  };
}

function unreachableCause({ name }: AccountStanding): Cause {
  return {
    id: `unreachable ${name}`,
    tone: 'warn',
    what: `rasa.io does not answer for account “${name}”`,
    remedy: 'Sign-ups are accepted and kept on disk. They go out by themselves when rasa.io is back.',
  };
}

function slowCause({ name }: AccountStanding): Cause {
  return {
    id: `oldest_waiting ${name}`,
    tone: 'bad',
    what: `Sign-ups of account “${name}” do not get through`,
    remedy: 'They are kept on disk and tried again. The log says what rasa.io answers.',
  };
}

function survivalCause({ delivered, archived }: OperatorState['survival']): Cause {
  return {
    id: 'survival',
    tone: 'warn',
    what: `${archived.toLocaleString('en')} of ${delivered.toLocaleString('en')} delivered sign-ups are archived at rasa.io`,
    remedy:
      'A list replacement or CRM sync does that: add them there too. `rasa-signup contacts survival` lists them.',
  };
}
