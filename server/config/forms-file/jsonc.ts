import { type Node, type ParseError, parseTree } from 'jsonc-parser';
import { type FormsFault, positionOf, type Path, type FaultAt, show } from './faults.ts';

/** The first object or array nested in more than `depth` others; `undefined` if there is none. */
export function nodeBelow(node: Node, depth: number): Node | undefined {
  const { type, children = [] } = node;
  const isBracket = type === 'object' || type === 'array';
  if (isBracket && depth < 0) return node;
  for (const child of children) {
    const found = nodeBelow(child, isBracket ? depth - 1 : depth);
    if (found) return found;
  }
  return undefined;
}

export function parse(text: string): Node | FormsFault {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    // Thousands of nested brackets overflow the parser's stack.
    return { line: 1, column: 1, field: '', found: String(error), wanted: 'JSON' };
  }
  // Later errors are mostly consequences of the first.
  const [first] = errors;
  if (root && !first) return root;
  const offset = first?.offset ?? 0;
  return {
    ...positionOf(text, offset),
    field: '',
    found: tokenAt(text, offset),
    wanted: (first && syntax[first.error]) ?? 'JSON',
  };
}

/** What was expected, by jsonc-parser's error numbers. */
const syntax: Readonly<Record<number, string>> = {
  1: 'a name or text in double quotes, a number, true, false, null, {…} or […]',
  2: 'a number such as 12 or 0.5',
  3: 'a name in double quotes',
  4: 'a value: text in double quotes, a number, {…} or […]',
  5: 'a colon',
  6: 'a comma',
  7: 'a closing brace',
  8: 'a closing bracket',
  9: 'the end of the file',
  10: 'no comment here',
  11: 'the end of the comment, */',
  12: 'a closing quote on the same line',
  13: 'a whole number',
  14: 'four hex digits after \\u',
  15: 'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u',
  16: 'a line break written as \\n',
};

function tokenAt(text: string, offset: number): string {
  const [token] = /^(?:"[^"\n]{0,40}"?|[\w.+-]{1,40}|\S)/.exec(text.slice(offset)) ?? [];
  return token ?? 'the end of the file or of the line';
}

/** Names that occur twice in one object. JSON would silently use the last one, which is never intended. */
export function namesThatAreThereTwice(node: Node, path: Path = []): readonly FaultAt[] {
  const { type, children = [] } = node;
  if (type === 'array')
    return children.flatMap((child, index) => namesThatAreThereTwice(child, [...path, index]));
  const names = new Set<string>();
  return children.flatMap(({ children: [key, value] = [] }) => {
    if (!key || !value) return [];
    const name = String(key.value);
    const isTwice = names.has(name);
    names.add(name);
    const own = {
      path: [...path, name],
      isName: true,
      found: `${show(name)} a second time`,
      wanted: 'each name once',
    };
    return [...(isTwice ? [own] : []), ...namesThatAreThereTwice(value, [...path, name])];
  });
}
