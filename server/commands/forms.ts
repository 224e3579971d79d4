import { dirname } from 'node:path';
import { wordsOf, type FormsFault } from '../config/forms-file/faults.ts';
import { readForms, textOf } from '../config/forms-file/read.ts';
import { unitMs } from '../config/setting-schemas.ts';
import { definitionOf } from '../forms/definition.ts';
import type { FieldSpec, FormSpec, Rate } from '../forms/form-spec.ts';
import { printable, tableOf, toJson, type ExitCode, type TextStream } from './terminal.ts';

export interface FormsCommandOptions {
  readonly json?: boolean | undefined;
  readonly thankYouPages: readonly string[];
  /** As in `FormsFileOptions`. */
  readonly accounts: readonly string[] | undefined;
  readonly streams: { readonly stdout: TextStream; readonly stderr: TextStream };
}

/** `rasa-signup forms check`: reports whether the proxy would accept this file, and every fault if not. */
export function checkForms(
  path: string,
  { json, thankYouPages, accounts, streams }: FormsCommandOptions,
): ExitCode {
  const { stdout } = streams;
  const read = readForms(textOf(path), { thankYouPages, accounts, folder: dirname(path) });
  const faults: readonly FormsFault[] = read.is === 'faulty' ? read.faults : [];
  const forms = read.is === 'read' ? read.specs.map(({ id }) => id) : [];
  if (json ?? !stdout.isTTY) stdout.write(`${toJson({ file: path, forms, faults })}\n`);
  else if (faults.length === 0) {
    const count = forms.length === 1 ? 'one form' : `${forms.length} forms`;
    stdout.write(printable(`No faults in ${path}: ${count}, ${forms.join(', ')}.`) + '\n');
  } else stdout.write(faults.map((fault) => `${printable(wordsOf(path, fault))}\n`).join(''));
  return faults.length === 0 ? 0 : 1;
}

/** `rasa-signup forms show`: shows what visitors are asked and where each answer goes. */
export function showForms(
  specs: readonly FormSpec[],
  id: string | undefined,
  { json, streams }: Omit<FormsCommandOptions, 'thankYouPages' | 'accounts'>,
): ExitCode {
  const { stdout, stderr } = streams;
  const shown = id === undefined ? specs : specs.filter((spec) => spec.id === id);
  if (shown.length === 0) {
    const others = specs.map((spec) => spec.id).join(', ');
    stderr.write(printable(`There is no form ${JSON.stringify(id)}. Forms: ${others}.`) + '\n');
    return 1;
  }
  if (json ?? !stdout.isTTY) {
    const all = shown.map(described);
    stdout.write(`${toJson(id === undefined ? all : all[0])}\n`);
    return 0;
  }
  stdout.write(shown.map((spec) => onTerminal(spec, stdout.columns)).join('\n'));
  return 0;
}

/** The proxy's own settings at their defaults. */
const asVisitors = { proof: true, international: false };

function described(spec: FormSpec): object {
  const { id, languages, fields, constants, resubscribe, thankYouPages, origins } = spec;
  const [first] = languages;
  return {
    id,
    visitors: first && definitionOf(spec, first, asVisitors),
    languages: languages.map(({ lang }) => lang),
    attributes: Object.fromEntries(fields.map(({ name, attribute }) => [name, attribute])),
    ...(newslettersOf(spec) && { newsletters: newslettersOf(spec) }),
    constants,
    resubscribe: policyOf(resubscribe),
    thankYouPages,
    origins: origins ?? null,
    rates: Object.fromEntries(ratesOf(spec)),
  };
}

/** As in the forms file. */
function policyOf(states: FormSpec['resubscribe']): unknown {
  if (states.length === 0) return 'never';
  if (states.join() === 'unsubscribed,archived') return 'with-consent';
  return Object.fromEntries(states.map((state) => [state, 'with-consent']));
}

function onTerminal(spec: FormSpec, columns = 0): string {
  const { id, languages, fields, constants, resubscribe, redirect, origins } = spec;
  const [first] = languages;
  const definition = first && definitionOf(spec, first, asVisitors);
  const labels = new Map(
    definition?.fields.map((field) => [field.name, 'label' in field ? field.label : '']),
  );
  const rows = fields.map((field) => [
    field.name,
    field.type,
    needOf(field),
    field.attribute ?? '',
    'from' in field ? `filled in from ${field.from}` : (labels.get(field.name) ?? ''),
  ]);
  const facts: readonly (readonly [string, string])[] = [
    ['Languages', languages.map(({ lang }) => lang).join(', ')],
    ...Object.entries(constants).map(([name, value]): [string, string] => ['Always', `${name} = ${value}`]),
    ...(resubscribe.length > 0
      ? [['Resubscribes', `${resubscribe.join(', ')}: visitors who tick the box`] as const]
      : []),
    ...Object.entries(newslettersOf(spec) ?? {}).map(([value, account]): [string, string] => [
      'Newsletter',
      `${value}: account ${account}`,
    ]),
    ...(redirect === undefined ? [] : [['Redirects to', redirect] as const]),
    [
      'Pages',
      origins === undefined ? 'those in ALLOWED_ORIGINS' : origins.join(', ') || 'only the hosted page',
    ],
    ...ratesOf(spec).map(([axis, rate]): [string, string] => [`Rate (${axis})`, rate]),
  ];
  const lines = facts.map(([name, value]) => `  ${name.padEnd(17)}${printable(value)}\n`).join('');
  const table = tableOf(['FIELD', 'TYPE', 'ANSWER', 'ATTRIBUTE', 'LABEL'], rows, { columns });
  return `${printable(`${id}: ${definition?.title ?? ''}`)}\n\n${table}\n\n${lines}`;
}

/** The account of each newsletter that can be ticked, by the value that is sent. */
function newslettersOf({ fields }: FormSpec): Readonly<Record<string, string>> | undefined {
  const field = fields.find(({ type }) => type === 'newsletters');
  if (field?.type !== 'newsletters') return undefined;
  return Object.fromEntries(field.options.map(({ value, account }) => [value, account]));
}

function needOf(field: FieldSpec): string {
  if (field.type === 'hidden') return 'hidden';
  return field.required ? 'required' : 'optional';
}

function ratesOf({ rates }: FormSpec): [string, string][] {
  return Object.entries(rates).map(([axis, rate]) => [axis, rate === 'off' ? 'off' : written(rate)]);
}

/** The rate as in the file, in the largest unit that divides it. */
function written({ limit, windowMs }: Rate): string {
  const units = Object.entries(unitMs).toReversed();
  const [unit, ms] = units.find(([, ms]) => windowMs % ms === 0) ?? ['s', 1000];
  return `${limit}/${windowMs / ms}${unit}`;
}
