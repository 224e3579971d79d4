import type { Attribute, CustomElement } from 'custom-elements-manifest/schema.js';

/** Returns the README with new tables of the element, each between `<!-- name -->` and `<!-- /name -->`. */
export function withTables(readme: string, element: CustomElement): string {
  return Object.entries(tablesOf(element)).reduce((text, [name, table]) => {
    const section = new RegExp(`(<!-- ${name} -->\n)(?:.*?)(<!-- /${name} -->)`, 's');
    if (!section.test(text)) throw new Error(`README.md lacks <!-- ${name} --> and <!-- /${name} -->.`);
    return text.replace(
      section,
      (_section, before: string, after: string) => `${before}\n${table}\n${after}`,
    );
  }, readme);
}

function tablesOf({
  attributes = [],
  events = [],
  slots = [],
  cssParts = [],
  cssProperties = [],
}: CustomElement): Record<string, string> {
  return {
    attributes: table(
      ['attribute', 'values', 'what it does'],
      attributes.map((attribute) => [code(attribute.name), valuesOf(attribute), about(attribute)]),
    ),
    'custom-properties': table(
      ['custom property', 'default', 'of'],
      cssProperties.map((property) => [code(property.name), property.default ?? '', about(property)]),
    ),
    parts: table(
      ['part', 'is'],
      cssParts.map((part) => [code(part.name), about(part)]),
    ),
    slots: table(
      ['slot', 'holds'],
      slots.map((slot) => [slot.name ? code(slot.name) : 'none', about(slot)]),
    ),
    events: table(
      ['event', 'class', 'when'],
      events.map((event) => [code(event.name), code(event.type.text), about(event)]),
    ),
  };
}

/** The values listed in an attribute's type, or else its default. The default is marked in either case. */
function valuesOf({ type, default: byDefault }: Attribute): string {
  const words = [...(type?.text ?? '').matchAll(/'([^']*)'/g)].map(([, word = '']) => word);
  const unset = byDefault?.replace(/^'|'$/g, '').replace(/^(undefined|false)$/, '') ?? '';
  const named = words.length > 0 || unset === '' ? words : [unset];
  return named.map((word) => (word === unset ? `${code(word)} (default)` : code(word))).join(', ');
}

function about({ description = '' }: { readonly description?: string }): string {
  return description.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

const code = (text: string) => `\`${text}\``;

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [heading, heading.map(() => '---'), ...rows].map(line).join('');
}
