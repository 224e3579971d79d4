import type { Figures } from '../../../server/operator/figures.ts';
import type { AccountStanding, OperatorState, Tone } from '../../../server/operator/verdict.ts';

const nowMs = Date.UTC(2026, 10, 27, 14, 25);
const minutesAgo = (minutes: number) => nowMs - minutes * 60_000;
const harbour: AccountStanding = {
  name: 'harbour',
  credentials: 'working',
  isUnreachable: false,
  waiting: 0,
  oldestMs: undefined,
};
const well: OperatorState = {
  nowMs,
  storeFault: undefined,
  delivered: 1281,
  setAside: 0,
  unreadable: 0,
  accounts: [harbour],
  refused: [],
  survival: { delivered: 412, archived: 0 },
};
const account = (changes: Partial<AccountStanding>) => ({ ...well, accounts: [{ ...harbour, ...changes }] });
const waiting = (count: number, minutes: number) => ({ waiting: count, oldestMs: minutesAgo(minutes) });
const refused = (code: string, count: number, gotIn = 0) => ({ ...well, refused: [{ code, count, gotIn }] });

const allWell = 'Nothing lost. Nothing stuck. No sign of wrong refusals.';
/** What the first line and the first cause say in it. */
export const states: Readonly<
  Record<string, readonly [state: OperatorState, words: string, tone: Tone, cause?: string]>
> = {
  'all keys of an account were retired': [
    account({ credentials: 'refused', areKeysRetired: true, ...waiting(2, 0.1) }),
    '2 sign-ups are stuck. Nothing is lost.',
    'bad',
    'All keys of account “harbour” are retired',
  ],
  'all is well': [well, allWell, 'good'],
  'nothing ever happened': [
    { ...well, delivered: 0, survival: { delivered: 0, archived: 0 } },
    allWell,
    'good',
  ],
  'some have waited for seconds': [account(waiting(3, 0.1)), allWell, 'good'],
  'rasa.io was down for nine minutes': [account(waiting(40, 9)), allWell, 'good'],
  'some wait for longer than ten minutes': [
    account(waiting(47, 47)),
    '47 sign-ups are stuck. Nothing is lost.',
    'bad',
    'Sign-ups of account “harbour” do not get through',
  ],
  'one waits for longer than ten minutes': [
    account(waiting(1, 11)),
    '1 sign-up is stuck. Nothing is lost.',
    'bad',
    'Sign-ups of account “harbour” do not get through',
  ],
  'the key is refused and some have just come': [
    account({ credentials: 'refused', ...waiting(2, 0.1) }),
    '2 sign-ups are stuck. Nothing is lost.',
    'bad',
    'rasa.io refuses the key of account “harbour”',
  ],
  'the key is refused and nobody has come': [
    account({ credentials: 'refused' }),
    allWell,
    'bad',
    'rasa.io refuses the key of account “harbour”',
  ],
  'the key of one of two accounts is refused': [
    {
      ...well,
      accounts: [
        { ...harbour, credentials: 'refused', ...waiting(47, 47) },
        { ...harbour, name: 'pilots', ...waiting(5, 0.1) },
      ],
    },
    '47 sign-ups are stuck. Nothing is lost.',
    'bad',
    'rasa.io refuses the key of account “harbour”',
  ],
  'no key was tried yet': [account({ credentials: 'untried' }), allWell, 'good'],
  'rasa.io does not answer, since a moment': [
    account({ isUnreachable: true, ...waiting(4, 2) }),
    allWell,
    'warn',
    'rasa.io does not answer for account “harbour”',
  ],
  'rasa.io does not answer, since an hour': [
    account({ isUnreachable: true, ...waiting(1204, 60) }),
    '1,204 sign-ups are stuck. Nothing is lost.',
    'bad',
    'rasa.io does not answer for account “harbour”',
  ],
  'the account was taken out of the settings': [
    account({ isGone: true, ...waiting(6, 0.1) }),
    '6 sign-ups are stuck. Nothing is lost.',
    'bad',
    'This proxy has no account for sign-ups of “harbour”',
  ],
  'the disk is full': [{ ...well, storeFault: 'disk' }, allWell, 'bad', 'The disk is full'],
  'the disk is full and visitors were turned away': [
    { ...refused('unavailable', 12), storeFault: 'disk' },
    'Perhaps 12 refused wrongly. Nothing is lost.',
    'bad',
    'The disk is full',
  ],
  'the database takes no writes': [
    { ...well, storeFault: 'store' },
    allWell,
    'bad',
    'The database takes no writes',
  ],
  'the outbox is full': [
    { ...account(waiting(100_000, 300)), storeFault: 'outbox_full' },
    '100,000 sign-ups are stuck. Nothing is lost.',
    'bad',
    'As many sign-ups wait as OUTBOX_MAX allows',
  ],
  'robots are refused': [refused('robot', 4100), allWell, 'good'],
  'three of a network got in at the next try': [refused('rate_limited', 41, 3), allWell, 'good'],
  'four of a network got in at the next try': [
    refused('rate_limited', 14, 4),
    'Perhaps 4 refused wrongly. Nothing is lost.',
    'warn',
  ],
  'some are stuck, and some perhaps refused wrongly': [
    { ...refused('rate_limited', 14, 4), accounts: [{ ...harbour, ...waiting(47, 47) }] },
    '47 sign-ups are stuck. Nothing is lost.',
    'bad',
    'Sign-ups of account “harbour” do not get through',
  ],
  'sign-ups cannot be read': [
    { ...well, unreadable: 2 },
    '2 sign-ups are lost.',
    'bad',
    'Sign-ups in the database cannot be read',
  ],
  'some are lost and others stuck': [
    { ...account(waiting(9, 30)), unreadable: 1 },
    '1 sign-up is lost. 9 sign-ups are stuck.',
    'bad',
    'Sign-ups in the database cannot be read',
  ],
  'some were set aside': [{ ...well, setAside: 3 }, allWell, 'good'],
  'a list replacement archives what was delivered': [
    { ...well, survival: { delivered: 412, archived: 97 } },
    allWell,
    'warn',
    '97 of 412 delivered sign-ups are archived at rasa.io',
  ],
};

/** The whole page of a state, with the sign-ups in its last hour. */
export function figuresIn(state: OperatorState): Figures {
  const hourMs = 60 * 60_000;
  const hours = Array.from({ length: 24 }, (_, index) => ({
    startMs: Math.floor(state.nowMs / hourMs) * hourMs - (23 - index) * hourMs,
    delivered: index === 23 ? state.delivered : 0,
    waiting: index === 23 ? state.accounts.reduce((sum, one) => sum + one.waiting, 0) : 0,
    refused: index === 23 ? state.refused.reduce((sum, { count }) => sum + count, 0) : 0,
  }));
  return {
    state,
    period: '24h',
    hours,
    keyRefusals: [],
    calls: [],
    callsEveryMs: hourMs / 2,
    funnel: { from: '2026-11-26', seen: 0, started: 0, sent: 0, accepted: 0, confirmed: 0, delivered: 0 },
    accounts: state.accounts.map((one) => ({
      ...one,
      nextMs: 0,
      keys: [{ fingerprint: '470fc2', state: 'in use', isWithdrawn: one.areKeysRetired ?? false }],
      forms: ['newsletter'],
    })),
    setAside: { count: state.setAside, unreadable: state.unreadable, newest: [] },
    refused: state.refused.map((one) => ({ ...one, rule: '' })),
    nearest: {},
    rest: {
      webhooks: [],
      tokens: [],
      lastImport: undefined,
      mail: { waiting: 0, failed: 0, oldestMs: undefined },
    },
    setup: { isRunning: false, checkedMs: undefined, hints: [] },
    startedMs: state.nowMs - hourMs,
  };
}
