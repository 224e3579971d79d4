import { readFileSync } from 'node:fs';

/** A fenced code block of a document. */
export interface Block {
  readonly language: string;
  /** Without the indentation of the fence. */
  readonly code: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** Whether `<!-- excerpt -->` precedes it: it is shown and not run. */
  readonly isExcerpt: boolean;
}

/** Every fenced block of a document, in order. */
export function blocksOf(path: string): readonly Block[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^( *)```(\w*)\n(.*?)^ *```$/gms)].map((match) => {
    const [, indent = '', language = '', code = ''] = match;
    const before = text.slice(0, match.index);
    return {
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      line: before.split('\n').length,
      isExcerpt: before.trimEnd().endsWith('<!-- excerpt -->'),
    };
  });
}

/** The code of a document in one language, in order, without excerpts. */
export function readmeBlocks(path: string, language: string): string[] {
  return blocksOf(path)
    .filter((block) => block.language === language && !block.isExcerpt)
    .map(({ code }) => code);
}

/** The text between `<!-- name -->` and `<!-- /name -->`. */
export function readmeSection(path: string, name: string): string {
  const text = readFileSync(path, 'utf8');
  return new RegExp(`<!-- ${name} -->\\n(.*?)<!-- /${name} -->`, 's').exec(text)?.[1] ?? '';
}
