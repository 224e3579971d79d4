import { readFileSync } from 'node:fs';

/** The code blocks of the README in one language, in order. */
export function readmeBlocks(language: string): string[] {
  const readme = readFileSync('README.md', 'utf8');
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, code]) => code ?? '',
  );
}

/** What stands between `<!-- name -->` and `<!-- /name -->`. */
export function readmeSection(name: string): string {
  const readme = readFileSync('README.md', 'utf8');
  return new RegExp(`<!-- ${name} -->\\n(.*?)<!-- /${name} -->`, 's').exec(readme)?.[1] ?? '';
}
