import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Node } from 'jsonc-parser';
import type { z } from 'zod';
import { builtInNames } from '../../forms/built-in.ts';
import type { BrandImage, BrandImages } from '../../forms/brand/brand.ts';
import type { FormSpec } from '../../forms/form-spec.ts';
import { ConfigError } from '../env.ts';
import { readImage, wantedImage } from '../../forms/brand/images.ts';
import {
  faultsIn,
  locate,
  positionOf,
  show,
  valueOf,
  wordsOf,
  type FaultAt,
  type FormsFault,
} from './faults.ts';
import { fieldTypes } from './field-schema.ts';
import { fileSchema, formIdSchema, formSchema } from './form-schema.ts';
import { namesThatAreThereTwice, nodeBelow, parse } from './jsonc.ts';
import { resolveForm } from './resolve.ts';
import { brokenRules } from './rules.ts';

export interface FormsFileOptions {
  /** The pages allowed for all forms, from THANK_YOU_PAGES. */
  readonly thankYouPages: readonly string[];
  /** The accounts' names, from ACCOUNTS; empty where accounts have none. `undefined`: not known here. */
  readonly accounts?: readonly string[] | undefined;
  /** Where paths in the file begin. */
  readonly folder?: string;
}

export type FormsRead =
  | { readonly is: 'read'; readonly specs: readonly FormSpec[] }
  | { readonly is: 'faulty'; readonly faults: readonly FormsFault[] };

/** In characters. Hand-written forms files are far shorter, and up to this length parsing is fast. */
const longestFile = 1024 * 1024;
/** In levels. The deepest text of a form is at level ten; the stack overflows beyond a thousand. */
const deepestFile = 32;
/** The maximum number of faults listed. More are not useful at once, and locating each takes time. */
const mostFaults = 100;

/** Reads the forms file at `path`. Throws a ConfigError that lists every fault. */
export function readFormsFile(
  path: string,
  options: FormsFileOptions,
  readFile?: (path: string) => string,
): readonly FormSpec[] {
  const read = readForms(textOf(path, readFile), { ...options, folder: dirname(path) });
  if (read.is === 'read') return read.specs;
  throw new ConfigError(read.faults.map((fault) => `FORMS_FILE: ${wordsOf(path, fault)}`));
}

/** The text of the forms file. Throws a ConfigError if it cannot be read. */
export function textOf(
  path: string,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new ConfigError([
      `FORMS_FILE: found ${show(path)}, wanted a file that can be read: ${String(error)}.`,
    ]);
  }
}

/** Reads forms from JSON that may have comments and trailing commas. With any fault, no form is returned. */
export function readForms(text: string, options: FormsFileOptions): FormsRead {
  const json = text.replace(/^\ufeff/, '');
  if (json.length > longestFile) {
    const wanted = `at most ${longestFile} characters`;
    return {
      is: 'faulty',
      faults: [{ line: 1, column: 1, field: '', found: `${json.length} characters`, wanted }],
    };
  }
  const parsed = parse(json);
  if ('line' in parsed) return { is: 'faulty', faults: [parsed] };

  const tooDeep = nodeBelow(parsed, deepestFile);
  if (tooDeep) {
    const found = `brackets nested more than ${deepestFile} levels deep`;
    const wanted = 'forms, fields and their texts';
    return { is: 'faulty', faults: [{ ...positionOf(json, tooDeep.offset), field: '', found, wanted }] };
  }

  const twice = namesThatAreThereTwice(parsed);
  if (twice.length > 0) return faulty(twice);
  const file = valueOf(parsed) as Readonly<Record<string, unknown>>;
  const whole = fileSchema.safeParse(file);
  const faults: FaultAt[] = whole.success
    ? []
    : faultsIn(whole.error.issues).map((fault) => orMissingType(fault, file));
  const forms = Object.entries(isObject(file) && isObject(file['forms']) ? file['forms'] : {});
  const specs = forms.flatMap(([id, value]): readonly FormSpec[] => {
    // Each form is parsed on its own, so that faults in one do not hide faults in the next.
    const form = formSchema.safeParse(value);
    const named = formIdSchema.safeParse(id);
    // Zod silently drops `__proto__` from a record.
    if (!named.success) faults.push(...namelessForm(id, named.error));
    if (!form.success || !named.success) return [];
    const { images, unread } = imagesOf(form.data, options.folder);
    const broken = [...brokenRules(form.data, options), ...unread].map((fault) => ({
      ...fault,
      path: ['forms', id, ...fault.path],
    }));
    faults.push(...broken);
    return broken.length > 0
      ? []
      : [resolveForm(id, form.data, { firstAccount: options.accounts?.[0], images })];
  });
  return faults.length > 0 ? faulty(faults) : { is: 'read', specs };

  function faulty(faults: readonly FaultAt[]): FormsRead {
    const root = parsed as Node;
    const located = distinct(faults.slice(0, mostFaults).map((fault) => locate(json, root, fault)));
    const inOrder = located.toSorted((a, b) => a.line - b.line || a.column - b.column);
    return { is: 'faulty', faults: [...inOrder, ...beyond(faults.length - mostFaults)] };
  }
}

/** The pictures of a form's brand. Without a folder, nothing is read. */
function imagesOf(
  { brand }: z.output<typeof formSchema>,
  folder: string | undefined,
): { readonly images: BrandImages; readonly unread: readonly FaultAt[] } {
  const unread: FaultAt[] = [];
  const images: { logo?: BrandImage; picture?: BrandImage } = {};
  for (const name of ['logo', 'picture'] as const) {
    const path = brand?.[name];
    if (path === undefined || folder === undefined) continue;
    const image = readImage(resolve(folder, path));
    if (typeof image === 'string') unread.push({ path: ['brand', name], found: image, wanted: wantedImage });
    else images[name] = image;
  }
  return { images, unread };
}

/** One more fault that counts the faults not listed. */
function beyond(count: number): readonly FormsFault[] {
  if (count <= 0) return [];
  return [{ line: 1, column: 1, field: '', found: `${count} more faults`, wanted: 'these fixed first' }];
}

function namelessForm(id: string, { issues }: z.ZodError): readonly FaultAt[] {
  return issues.map(({ message }) => ({
    path: ['forms', id],
    isName: true,
    found: show(id),
    wanted: message,
  }));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Removes duplicates: a value that breaks two rules with the same text has one fault. */
function distinct(faults: readonly FormsFault[]): readonly FormsFault[] {
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()];
}

/**
 * A field with neither a type nor a built-in name is reported as lacking a type, whatever else
 * is wrong with it.
 */
function orMissingType(fault: FaultAt, file: unknown): FaultAt {
  const [forms, id, fields, index, member] = fault.path;
  if (forms !== 'forms' || fields !== 'fields' || typeof index !== 'number' || member === undefined)
    return fault;
  const field = ['forms', id, 'fields', index].reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, step ?? '') : undefined,
    file,
  );
  if (!isObject(field) || field['type'] !== undefined) return fault;
  if ((builtInNames as unknown[]).includes(field['name'])) return fault;
  return { path: [...fault.path.slice(0, 4), 'type'], wanted: `one of ${fieldTypes.join(', ')}` };
}
