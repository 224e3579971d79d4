/** A table in Markdown. A `|` in a cell is escaped. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [heading, heading.map(() => '---'), ...rows].map(line).join('');
}

export const code = (text: string): string => `\`${text}\``;

/**
 * The text with each section between `<!-- name -->` and `<!-- /name -->` replaced. Throws if a section is
 * missing.
 */
export function withSections(path: string, text: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce((page, [name, content]) => {
    const section = new RegExp(`(<!-- ${name} -->\n).*?(<!-- /${name} -->)`, 's');
    if (!section.test(page)) throw new Error(`${path} has no section <!-- ${name} -->.`);
    return page.replace(
      section,
      (_section, start: string, end: string) => `${start}\n${content.trimEnd()}\n\n${end}`,
    );
  }, text);
}

/** Words as lines of at most 120 characters. */
export function paragraph(text: string): string {
  const lines = text.split(' ').reduce<string[]>((before, word) => {
    const last = before.at(-1);
    if (last === undefined || `${last} ${word}`.length > 120) return [...before, word];
    return [...before.slice(0, -1), `${last} ${word}`];
  }, []);
  return `${lines.join('\n')}\n`;
}

/** `a, b and c` */
export function listed(items: readonly string[]): string {
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}` : items.join('');
}
