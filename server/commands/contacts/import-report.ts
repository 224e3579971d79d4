import type { Example, Kind, Survey } from '../../contacts/files/survey.ts';
import { confirm, printable, tableOf, toJson, type Streams } from '../terminal.ts';
import { number } from './progress-line.ts';

/** What an import says at its end, or with `--plan` instead of it. */
export interface ImportReport {
  readonly isPlan: boolean;
  readonly account: string;
  readonly file: string;
  readonly survey: Survey;
  /** Whether the list at rasa.io could be read. */
  readonly isListKnown: boolean;
  /** Path of the reject file, where there is one. */
  readonly rejects: string | undefined;
  /** Rows that an earlier run had stored. */
  readonly before: number;
  readonly stored: number;
  /** The form whose mail asks each of them, so that nothing waits in the outbox. */
  readonly confirm: string | undefined;
  /** Still in the outbox when the command ended. */
  readonly waiting: number;
}

export function importJson(report: ImportReport): string {
  const { survey } = report;
  return toJson({
    plan: report.isPlan,
    file: report.file,
    account: report.account,
    list_known: report.isListKnown,
    rows: survey.rows,
    created: kindJson(survey.created),
    changed: kindJson(survey.changed),
    left_alone: kindJson(survey.leftAlone),
    refused: kindJson(survey.refused),
    repeated: survey.repeated,
    rejects: report.rejects ?? null,
    stored: report.stored,
    stored_before: report.before,
    confirm: report.confirm ?? null,
    waiting: report.waiting,
  });
}

function kindJson({ count, examples }: Kind) {
  return { count, examples };
}

/** The counts in a table, and with a plan ten examples of each. */
export function importTable(
  { survey, isPlan, isListKnown }: Pick<ImportReport, 'survey' | 'isPlan' | 'isListKnown'>,
  columns: number | undefined,
): string {
  const kinds: readonly (readonly [string, Kind, string])[] = [
    ['created', survey.created, isListKnown ? 'new at rasa.io' : 'new or known: the list could not be read'],
    ['changed', survey.changed, 'known at rasa.io'],
    ['left alone', survey.leftAlone, 'may not be written to'],
    ['refused', survey.refused, 'see the reject file'],
  ];
  const rows = kinds.map(([name, { count }, meaning]) => [name, number(count), meaning]);
  if (survey.repeated > 0) {
    rows.push(['repeated', number(survey.repeated), 'the same address again: the last row counts']);
  }
  const table = tableOf(['ROWS', 'COUNT', ''], rows, { columns: columns ?? 0 });
  if (!isPlan) return table;
  const examples = kinds.flatMap(([name, { examples }]) =>
    examples.length === 0 ? [] : ['', `${name}:`, ...examples.map(exampleLine)],
  );
  return [table, ...examples].join('\n');
}

/** What the running proxy still does after the command; empty for nothing. */
export function leftToDo({ confirm: form, stored, waiting }: ImportReport): string {
  if (form !== undefined && stored > 0)
    return `${number(stored)} contacts wait for their click; the running proxy mails five of them a second.\n`;
  if (waiting === 0) return '';
  return `${number(waiting)} contacts wait in the database; the running proxy delivers them.\n`;
}

interface Question {
  /** Rows that an earlier run has stored. */
  readonly before: number;
  readonly mayAsk: boolean;
}

/** Shows what is in the file and asks whether to go on. `false` also where there is nobody to ask. */
export async function isAgreed(
  { survey, account, confirm: form }: ImportReport,
  streams: Streams,
  { before, mayAsk }: Question,
): Promise<boolean> {
  if (!mayAsk) {
    streams.stderr.write('Without a terminal to ask at, confirm with --yes, or look first with --plan.\n');
    return false;
  }
  const table = importTable({ survey, isPlan: false, isListKnown: true }, streams.stdout.columns);
  streams.stderr.write(`${table}\n`);
  const rest = before === 0 ? '' : ` from row ${number(before + 1)} on`;
  const [many, where] = [`${number(survey.storable)} contacts`, printable(account)];
  return confirm(
    streams,
    form === undefined
      ? `Import ${many} into ${where}${rest}?`
      : `Mail ${many}${rest}, and import into ${where} who presses the button?`,
  );
}

function exampleLine({ line, email, why }: Example): string {
  return printable(`  line ${line}  ${[email, why].filter((part) => part !== undefined).join('  ')}`);
}
