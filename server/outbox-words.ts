import Table from 'cli-table3';
import type { SetAsideEntry } from './outbox/set-aside.ts';
import { unitMs } from './setting-texts.ts';

const gap = 2;
const leastReasonWidth = 24;

/** One line for each, as wide as the terminal; reasons that are longer go on below. */
export function tableOf(entries: readonly SetAsideEntry[], nowMs: number, columns = 0): string {
  const head = ['ID', 'FORM', 'ADDRESS', 'TRIES', 'REFUSED', 'REASON'];
  const rows = entries.map(({ signup, attempts, refusedAt, reason }) =>
    [
      signup.id,
      signup.form,
      signup.person.email,
      String(attempts),
      `${ageOf(refusedAt, nowMs)} ago`,
      reason,
    ].map(printable),
  );
  const taken = head
    .slice(0, -1)
    .map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)) + gap);
  // A terminal that does not know its size says 0.
  const rest = (columns || 80) - taken.reduce((sum, width) => sum + width, 0);
  const table = new Table({
    head,
    colWidths: [...taken, Math.max(leastReasonWidth, rest)],
    wordWrap: true,
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
  });
  table.push(...rows);
  return withoutTrailingSpace(table.toString());
}

/** Everything that is known about one, a name and its value on each line. */
export function detailsOf({ signup, reason, attempts, refusedAt }: SetAsideEntry, nowMs: number): string {
  const lines = Object.entries({
    id: signup.id,
    form: signup.form,
    ...signup.person,
    ...(signup.page !== undefined && { page: signup.page }),
    accepted: `${signup.acceptedAt} (${ageOf(signup.acceptedAt, nowMs)} ago)`,
    refused: `${refusedAt} (${ageOf(refusedAt, nowMs)} ago)`,
    attempts: String(attempts),
    reason,
  });
  const width = Math.max(...lines.map(([name]) => name.length)) + gap;
  return lines.map(([name, value]) => `${printable(name).padEnd(width)}${printable(value)}`).join('\n');
}

const noLines = Object.fromEntries(
  ['top', 'bottom', 'left', 'mid', 'right', 'middle'].flatMap((side) => [
    [side, ''],
    ...['left', 'mid', 'right'].map((corner) => [`${side}-${corner}`, '']),
  ]),
) as Record<string, string>;

/** The largest whole unit is enough: `3d`. */
function ageOf(time: string, nowMs: number): string {
  const ms = Math.max(0, nowMs - Date.parse(time));
  const units = Object.entries(unitMs).sort(([, a], [, b]) => b - a);
  const [name, length] = units.find(([, length]) => ms >= length) ?? ['s', 1000];
  return Number.isNaN(ms) ? '?' : `${Math.floor(ms / length)}${name}`;
}

/** Names, addresses and rasa.io's words are other people's: none of them may move the cursor or turn the text round. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function withoutTrailingSpace(text: string): string {
  return text.replace(/ +$/gm, '');
}
