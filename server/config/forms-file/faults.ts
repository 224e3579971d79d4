import type { Node } from 'jsonc-parser';
import type { z } from 'zod';

export type Path = readonly (string | number)[];

/** Something in the forms file that is not as it has to be. */
export interface FormsFault {
  readonly line: number;
  readonly column: number;
  /** Such as `forms.newsletter.fields[2].type`; empty for the whole file. */
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
}

/** A fault before anybody has looked where in the file that is. */
export interface FaultAt {
  readonly path: Path;
  readonly wanted: string;
  /** By default the value that stands there. */
  readonly found?: string;
  /** It is the member's name that is wrong. */
  readonly isName?: boolean;
}

export function wordsOf(file: string, { line, column, field, found, wanted }: FormsFault): string {
  return `${file}:${line}:${column}: ${field === '' ? '' : `${field}: `}found ${found}, wanted ${wanted}.`;
}

/** What zod found, one fault for each thing that is wrong; of a choice between kinds, what is wrong with the nearest. */
export function faultsIn(issues: readonly z.core.$ZodIssue[], before: Path = []): readonly FaultAt[] {
  return issues.flatMap((issue): readonly FaultAt[] => {
    const path = [...before, ...(issue.path as Path)];
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({
          path: [...path, key],
          isName: true,
          found: 'a member of a name that is not known here',
          wanted: issue.message,
        }));
      case 'invalid_key':
        return issue.issues.map(({ message }) => ({
          path,
          isName: true,
          found: show(String(path.at(-1))),
          wanted: message,
        }));
      case 'invalid_union': {
        const nearest = issue.errors.find((branch) => !branch.some(isOfAnotherKind));
        return nearest ? faultsIn(nearest, path) : [{ path, wanted: issue.message }];
      }
      case 'custom':
      case 'invalid_element':
      case 'invalid_format':
      case 'invalid_type':
      case 'invalid_value':
      case 'not_multiple_of':
      case 'too_big':
      case 'too_small':
        return [{ path, wanted: issue.message }];
    }
  });
}

function isOfAnotherKind({ path, code }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

/** Says where in the file a fault is, and what stands there. */
export function locate(text: string, root: Node, fault: FaultAt): FormsFault {
  const { node, isThere } = nodeAt(root, fault.path, fault.isName ?? false);
  return {
    ...positionOf(text, node.offset),
    field: nameOf(fault.path),
    found: fault.found ?? (isThere ? show(valueOf(node)) : 'nothing'),
    wanted: fault.wanted,
  };
}

export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The nearest there is: where a member is missing, the object that lacks it. */
function nodeAt(root: Node, path: Path, isName: boolean): { readonly node: Node; readonly isThere: boolean } {
  let node = root;
  for (const [index, step] of path.entries()) {
    const isLast = index === path.length - 1;
    if (node.type === 'array') {
      const next = typeof step === 'number' ? node.children?.[step] : undefined;
      if (!next) return { node, isThere: false };
      node = next;
    } else {
      const property = node.children?.findLast(({ children }) => children?.[0]?.value === step);
      const [key, value] = property?.children ?? [];
      if (!key || !value) return { node, isThere: false };
      if (isLast && isName) return { node: key, isThere: true };
      node = value;
    }
  }
  return { node, isThere: true };
}

/** The value behind a node, with every name a member of its own, `__proto__` too. */
export function valueOf({ type, children = [], value }: Node): unknown {
  switch (type) {
    case 'object':
      return Object.fromEntries(
        children.flatMap(({ children: [key, value] = [] }) =>
          key && value ? [[key.value, valueOf(value)]] : [],
        ),
      );
    case 'array':
      return children.map(valueOf);
    case 'property':
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return value;
  }
}

const longestShown = 80;

export function show(value: unknown): string {
  const json = value === undefined ? 'nothing' : JSON.stringify(value);
  return json.length > longestShown ? `${json.slice(0, longestShown)}…` : json;
}

function nameOf(path: Path): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[\w$-]+$/.test(step) ? `.${step}` : `[${show(step)}]`;
    })
    .join('')
    .replace(/^\./, '');
}
