import type { Attribute, CustomElement } from 'custom-elements-manifest/schema.js';
import { code, table } from './markdown.ts';

/** The tables of docs/embedding.md, from what the element's source says in its JSDoc. */
export function elementTables({
  attributes = [],
  events = [],
  slots = [],
  cssParts = [],
  cssProperties = [],
}: CustomElement): Readonly<Record<string, string>> {
  return {
    attributes: table(
      ['attribute', 'values', 'what it does'],
      attributes.map((attribute) => [code(attribute.name), valuesOf(attribute), about(attribute)]),
    ),
    slots: table(
      ['slot', 'content'],
      slots.map((slot) => [slot.name ? code(slot.name) : 'none', about(slot)]),
    ),
    'custom-properties': table(
      ['custom property', 'default', 'sets'],
      cssProperties.map((property) => [code(property.name), property.default ?? '', about(property)]),
    ),
    parts: table(
      ['part', 'element'],
      cssParts.map((part) => [code(part.name), about(part)]),
    ),
    events: table(
      ['event', 'class', 'when'],
      events.map((event) => [code(event.name), code(event.type.text), about(event)]),
    ),
  };
}

/** The values an attribute can have; the default is marked. */
function valuesOf({ type, default: byDefault }: Attribute): string {
  const words = [...(type?.text ?? '').matchAll(/'([^']*)'/g)].map(([, word = '']) => word);
  const unset = byDefault?.replace(/^'|'$/g, '').replace(/^(undefined|false)$/, '') ?? '';
  const named = words.length > 0 || unset === '' ? words : [unset];
  return named.map((word) => (word === unset ? `${code(word)} (default)` : code(word))).join(', ');
}

function about({ description = '' }: { readonly description?: string }): string {
  return description.replaceAll(/\s*\n\s*/g, ' ');
}
