import { accountVariables, readVariable } from './accounts/variables.ts';
import type { Env } from './env.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';

/** A variable that nothing reads although it looks like one of ours, and the name that is nearest to it. */
export interface Misspelt {
  readonly name: string;
  readonly nearest: string | undefined;
}

/**
 * Finds variables that are probably misspelt: with a beginning that only this product uses, or within two
 * letters of one of its names. It is no fault, since other programs have variables too, and Kubernetes sets
 * some for each service (`…_SERVICE_HOST`, `…_PORT`).
 */
export function misspeltVariables(env: Env): readonly Misspelt[] {
  // Of accounts that are not declared nothing is read, which is a fault of its own.
  const ofAccounts = accountVariables((env['ACCOUNTS'] ?? '').split(',').map((name) => name.trim()));
  return Object.keys(env)
    .filter(
      (name) => !isRead(readVariable(name)?.name ?? name) && env[name] !== '' && !isFromKubernetes(name, env),
    )
    .flatMap((name) => {
      const nearest = nearestTo(name.toUpperCase().replaceAll('-', '_'), ofAccounts);
      return nearest !== undefined || own.test(name) ? [{ name, nearest }] : [];
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function misspeltWords({ name, nearest }: Misspelt): {
  readonly what: string;
  readonly remedy: string;
} {
  return {
    what: `${name} is set, and nothing reads a variable of that name.`,
    remedy: nearest === undefined ? 'Look at its spelling.' : `Is it meant to be ${nearest}?`,
  };
}

/** One line each. */
export function misspeltHints(env: Env): readonly string[] {
  return misspeltVariables(env)
    .map(misspeltWords)
    .map(({ what, remedy }) => `${what} ${remedy}`);
}

const own = /^(RASA|SANDBOX|FORMS|OUTBOX|RATE|ALLOWED|CHALLENGE|DATABASE|PROOF|THANK_YOU|TRUST)(_|$)/;
/** The parts of credential sets, which may be numbered. */
const numbered = ['USERNAME', 'PASSWORD', 'API_KEY', 'CLIENT_ID', 'CLIENT_SECRET', 'ACCOUNT_GUID'].map(
  (part) => `RASA_${part}`,
);

const all: ReadonlyMap<string, Setting<unknown>> = new Map(Object.entries(settings));

function isRead(name: string): boolean {
  if (all.has(name)) return true;
  const base = name.replace(/_FILE$/, '').replace(/_[2-9]$/, '');
  const setting = all.get(base);
  if (!setting) return [...all].some(([other, { lowerCase }]) => lowerCase && other.toLowerCase() === name);
  const isNumbered = /_[2-9](_FILE)?$/.test(name);
  return (!name.endsWith('_FILE') || setting.file === true) && (!isNumbered || numbered.includes(base));
}

function isFromKubernetes(name: string, env: Env): boolean {
  return (
    /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)/.test(name) || /^(tcp|udp):\/\//.test(env[name] ?? '')
  );
}

/** The nearest name that is read, in upper case; with the number and `_FILE` at its end where they fit. */
function nearestTo(name: string, ofAccounts: readonly string[]): string | undefined {
  const [, base = name, end = ''] = /^(.+?)((?:_\d{1,2})?(?:_FILE)?)$/.exec(name) ?? [];
  const most = mostWrong(name);
  const candidates = [
    ...ofAccounts.map((known) => ({ known: known + end, written: base, meant: known })),
    ...[...all].flatMap(([known, { file }]) => [
      { known: isRead(known + end) ? known + end : known, written: base, meant: known },
      { known, written: name, meant: known },
      ...(file ? [{ known: `${known}_FILE`, written: name, meant: `${known}_FILE` }] : []),
    ]),
  ];
  const [nearest] = candidates
    // Each letter more or less is one that is wrong: most are told apart by their lengths, at no cost.
    .filter(({ written, meant }) => Math.abs(written.length - meant.length) <= most)
    .map(({ known, written, meant }) => ({ known, distance: distance(written, meant) }))
    .filter((candidate) => candidate.distance <= most)
    .sort((one, other) => one.distance - other.distance);
  return nearest?.known;
}

/** A short name is near to other programs' names: HOST to HOME, HTTP_PROXY to FTP_PROXY. */
function mostWrong({ length }: string): number {
  return length < 6 ? 0 : length < 10 ? 1 : 2;
}

/** How many letters were left out, added, exchanged, or swapped with their neighbour (Damerau). */
function distance(one: string, other: string): number {
  let [before, last]: [readonly number[], readonly number[]] = [
    [],
    Array.from({ length: other.length + 1 }, (_, at) => at),
  ];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    [before, last] = [last, row];
  }
  return last[other.length] ?? 0;
}
