import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createManifest, elementOf } from '../widget/build/package/manifest.ts';

/** The widget's sources, as one text. */
const source = readdirSync('widget', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|css)$/.test(name) && !/^(builder|build)\//.test(name))
  .map((name) => readFileSync(join('widget', name), 'utf8').replaceAll(/^ *\*.*$|^ *\/\*\*.*$/gm, ''))
  .join('\n');

const { attributes, cssParts, cssProperties, events, slots } = elementOf(createManifest());

const found = (pattern: RegExp) =>
  [...new Set([...source.matchAll(pattern)].map(([, name = '']) => name))].sort();
const named = (documented: readonly { readonly name: string }[] = []) =>
  documented.map(({ name }) => name).sort();

describe("the element's documentation, in the JSDoc of its class", () => {
  it('names the parts that there are', () => {
    expect(named(cssParts)).toEqual(found(/\bpart(?:="|', ')([a-z-]+)/g));
  });

  it('names the slots that there are', () => {
    expect(named(slots)).toEqual(found(/<slot(?: name="([a-z-]+)")?>/g));
  });

  it('names the custom properties that there are', () => {
    expect(named(cssProperties)).toEqual(found(/var\((--rasa-signup-[a-z-]+)/g));
  });

  it('names the events that there are', () => {
    expect(named(events)).toEqual(found(/'(signup-[a-z]+)': Signup/g));
  });

  it('names the attributes that are read', () => {
    const read = found(/(?:host|this)\.(?:get|has)Attribute\('([a-z-]+)'/g);
    expect(read).toContain('open-on');
    expect(named(attributes)).toEqual(expect.arrayContaining(read));
  });

  it('describes each of them', () => {
    const all = [attributes, cssParts, cssProperties, events, slots].flatMap((some = []) => some);
    expect(all.filter(({ description }) => !description)).toEqual([]);
  });
});
