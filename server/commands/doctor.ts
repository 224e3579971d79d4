import { styleText } from 'node:util';
import type { Check, Finding } from '../doctor/doctor.ts';
import { printable, toJson, type ExitCode, type TextStream } from './terminal.ts';

export interface DoctorOutput {
  readonly stdout: TextStream;
  readonly json?: boolean | undefined;
  /** Whether to use colours: the terminal has them and they are wanted. */
  readonly colours: boolean;
}

/**
 * Prints the findings: on a terminal as text with marks, each check as soon as those before it are done;
 * elsewhere as one JSON object. Resolves with 1 if there is a fault.
 */
export async function printChecks(
  checks: readonly Check[],
  { stdout, json, colours }: DoctorOutput,
): Promise<ExitCode> {
  const isForPeople = !(json ?? !stdout.isTTY);
  const all: { readonly about: string; readonly findings: readonly Finding[] }[] = [];
  for (const { about, findings } of checks) {
    const found = await findings;
    all.push({ about, findings: found });
    if (isForPeople) stdout.write(`${wordsOf(about, found, colours)}\n\n`);
  }
  const every = all.flatMap(({ findings }) => findings);
  const [faults, warnings] = [countOf(every, 'fault'), countOf(every, 'warning')];
  if (isForPeople) stdout.write(`${sumOf(faults, warnings)}\n`);
  else stdout.write(`${toJson({ healthy: faults === 0, faults, warnings, checks: all })}\n`);
  return faults === 0 ? 0 : 1;
}

const marks = {
  fine: ['✔', 'green'],
  note: ['·', 'gray'],
  warning: ['!', 'yellow'],
  fault: ['✖', 'red'],
} as const;

function wordsOf(about: string, findings: readonly Finding[], colours: boolean): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    colours ? styleText(format, text) : text;
  const lines = findings.flatMap(({ is, what, remedy }) => {
    const [mark, colour] = marks[is];
    return [
      `  ${style(colour, mark)} ${printable(what)}`,
      ...(remedy === undefined ? [] : [`    ${style('bold', '→')} ${printable(remedy)}`]),
    ];
  });
  return [style('bold', printable(about)), ...lines].join('\n');
}

function sumOf(faults: number, warnings: number): string {
  if (faults + warnings === 0) return 'No faults, no warnings.';
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${count(faults, 'fault')}, ${count(warnings, 'warning')}.`;
}

function countOf(findings: readonly Finding[], is: Finding['is']): number {
  return findings.filter((finding) => finding.is === is).length;
}
