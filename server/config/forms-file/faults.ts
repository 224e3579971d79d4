import type { Node } from 'jsonc-parser';
import type { z } from 'zod';

export type Path = readonly (string | number)[];

/** One fault in the forms file, with its position. */
export interface FormsFault {
  readonly line: number;
  readonly column: number;
  /** Such as `forms.newsletter.fields[2].type`; empty for the whole file. */
  readonly field: string;
  readonly found: string;
  readonly wanted: string;
}

/** A fault whose position in the file is not known yet. */
export interface FaultAt {
  readonly path: Path;
  readonly wanted: string;
  /** Default: the value at `path`. */
  readonly found?: string;
  /** Whether the member's name is wrong, not its value. */
  readonly isName?: boolean;
}

export function wordsOf(file: string, { line, column, field, found, wanted }: FormsFault): string {
  return `${file}:${line}:${column}: ${field === '' ? '' : `${field}: `}found ${found}, wanted ${wanted}.`;
}

/**
 * Converts zod's issues to faults, one for each mistake. For a union, reports the faults of the first member
 * of the same kind as the value.
 */
export function faultsIn(issues: readonly z.core.$ZodIssue[], before: Path = []): readonly FaultAt[] {
  return issues.flatMap((issue): readonly FaultAt[] => {
    const path = [...before, ...(issue.path as Path)];
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({
          path: [...path, key],
          isName: true,
          found: 'an unknown member',
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

/** Adds the fault's line and column, and the value found there. */
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

/** The node at a path. If a member is missing, the nearest node: the object that lacks it. */
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

/** The value of a node. Every name becomes an own property, including `__proto__`. */
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
