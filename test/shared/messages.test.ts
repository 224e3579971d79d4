import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { languages } from '../../server/forms/languages.ts';
import { en } from '../../shared/messages/en.ts';
import type { Messages } from '../../shared/messages/messages.ts';
import { unavailableIn } from '../../widget/words/words.ts';

/** Every text of a language by its path, such as `texts.issues.missing`. */
function textsOf(words: Messages): ReadonlyMap<string, string> {
  const { lang: _lang, dir: _dir, ...texts } = words;
  return new Map(flatten(texts));
}

function flatten(value: unknown, path: readonly string[] = []): [string, string][] {
  if (typeof value === 'string') return [[path.join('.'), value]];
  return Object.entries(value as object).flatMap(([name, inner]) => flatten(inner, [...path, name]));
}

const english = textsOf(en);
const translated = languages.filter((words) => words !== en).map((words) => [words.lang, words] as const);
const every = languages.map((words) => [words.lang, words] as const);

/** Texts that equal the English ones. */
const same: Readonly<Record<string, readonly string[]>> = { de: ['texts.optional'] };

describe('the texts', () => {
  it('exist in every language that has a file, under its name', () => {
    const files = readdirSync('shared/messages').filter((name) => name !== 'messages.ts');
    expect(languages.map(({ lang }) => `${lang}.ts`).sort()).toEqual(files.sort());
  });

  it('have canonical tags', () => {
    const tags = languages.map(({ lang }) => lang);
    expect(Intl.getCanonicalLocales(tags)).toEqual(tags);
  });

  it('run from right to left only in Arabic and Hebrew', () => {
    expect(languages.filter(({ dir }) => dir === 'rtl').map(({ lang }) => lang)).toEqual(['ar', 'he']);
  });

  it.each(every)('are complete: %s', (_lang, words) => {
    const texts = textsOf(words);
    expect([...texts.keys()].sort()).toEqual([...english.keys()].sort());
    expect([...texts].filter(([, text]) => text === '')).toEqual([]);
  });

  it.each(translated)('are translated: %s', (lang, words) => {
    const left = [...textsOf(words)].filter(([path, text]) => text === english.get(path));
    expect(left.map(([path]) => path)).toEqual(same[lang] ?? []);
  });

  it.each(translated)('keep the placeholders: %s', (_lang, words) => {
    const placeholders = (text = '') => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [path, text] of textsOf(words)) {
      expect(placeholders(text), path).toEqual(placeholders(english.get(path)));
    }
  });

  it.each(every)('use the right characters: %s', (_lang, words) => {
    for (const [path, text] of textsOf(words)) {
      expect(text, path).toBe(text.trim().normalize('NFC'));
      expect(text, `${path}: typewriter’s quotes, dots or spaces`).not.toMatch(/['"]|\.\.|\s\s/);
      // Characters that would change the direction of the text, or hide in it. The texts have none; the page
      // sets the direction.
      expect(text, `${path}: invisible characters`).not.toMatch(/[\p{Cf}\p{Cc}]/u);
    }
  });

  it.each(every)('show work in progress with an ellipsis: %s', (_lang, words) => {
    expect(words.texts.sending).toMatch(/…$/);
  });

  it.each(every)('exist for a form that cannot be loaded: %s', (lang, words) => {
    const { lang: spoken, sentence, link } = unavailableIn(lang);
    expect([spoken, link]).toEqual([lang.slice(0, 2), words.page.toForm]);
    expect(sentence).toBe(sentence.trim().normalize('NFC'));
    if (words !== en) expect(sentence).not.toBe(unavailableIn('en').sentence);
  });

  it.each([
    ['de_AT.UTF-8', 'de'],
    ['PT-pt', 'pt'],
    ['zh', 'zh'],
    ['zh-Hans-SG', 'zh'],
    ['zh-TW', 'en'],
    ['zh_Hant', 'en'],
    ['fi', 'en'],
    ['', 'en'],
  ])('for a form that cannot be loaded follow the tag %s: %s', (tag, lang) => {
    expect(unavailableIn(tag).lang).toBe(lang);
  });

  it('follow the rules of their language', () => {
    const [fr, ja, zh, es] = ['fr', 'ja', 'zh-Hans', 'es'].map((lang) =>
      [...textsOf(languages.find((words) => words.lang === lang) ?? en).values()]
        .join('\n')
        .replaceAll('https://', ''),
    );
    expect(fr, 'a narrow space that does not break').not.toMatch(/[^\u202f][?!;:]/);
    expect([ja, zh].join('\n'), 'full width').not.toMatch(/[!?,;:()]|[^a-z]\.|\.$/m);
    expect(es?.match(/\?/g)?.length).toBe(es?.match(/¿/g)?.length);
    expect(es?.match(/!/g)?.length).toBe(es?.match(/¡/g)?.length);
  });
});
