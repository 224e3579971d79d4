import { describe, expect, it } from 'vitest';
import { languages } from '../../../server/forms/languages.ts';
import { wordsFor } from '../../../server/routes/language.ts';
import type { AskedField, FormDefinition } from '../../../shared/form.ts';
import { startService } from '../../helpers/server/service.ts';
import { ask, hiddenFields, post } from '../../helpers/sites/visitor.ts';

const path = '/forms/newsletter';

describe('a preferred language', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE-at-1901', 'de'],
    ['zh', 'zh-Hans'],
    ['zh-CN', 'zh-Hans'],
    ['zh-Hans-SG', 'zh-Hans'],
    ['pt', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    ['iw', 'he'],
    ['he-IL', 'he'],
    ['nb', 'en'],
    ['nn-NO', 'en'],
    ['', 'en'],
    ['-', 'en'],
    ['../../de', 'en'],
    ['%E0%A4%A', 'en'],
    ['a'.repeat(10_000), 'en'],
  ])('lang=%.20s is met by %s', (lang, met) => {
    expect(wordsFor({ url: `${path}?lang=${lang}`, headers: {} }).lang).toBe(met);
  });

  it.each([
    ['de_DE', 'de'],
    ['de_DE.UTF-8', 'de'],
    ['de_DE@euro', 'de'],
    [' fr_CA ', 'fr'],
    ['pt_PT', 'pt-BR'],
    ['zh_CN', 'zh-Hans'],
    ['zh-SG', 'zh-Hans'],
    ['zh_TW', 'en'],
    ['zh-Hant', 'en'],
    ['zh-Hant-HK', 'en'],
    ['zh-HK', 'en'],
    ['zh-MO', 'en'],
    ['yue', 'en'],
    ['ja-Latn', 'en'],
    ['de-1996', 'de'],
    ['de-', 'en'],
    ['C', 'en'],
    ['x-klingon', 'en'],
  ])('W17: lang=%s, a locale or another script, is met by %s', (lang, met) => {
    const query = String(new URLSearchParams({ lang }));
    expect(wordsFor({ url: `${path}?${query}`, headers: {} }).lang).toBe(met);
  });

  it.each([
    ['de-AT,de;q=0.9,en-US;q=0.8,en;q=0.7', 'de'],
    ['nb-NO,nb;q=0.9,da;q=0.8,en;q=0.7', 'da'],
    ['nn,nb;q=0.9', 'en'],
    ['en;q=0.5, ja', 'ja'],
    ['de-AT, en;q=0.9, de;q=0.8', 'de'],
    ['de;q=0, pl;q=0.1', 'pl'],
    ['zh-TW,zh;q=0.9,en;q=0.8', 'en'],
    ['zh-TW,zh;q=0.9,ja;q=0.8', 'ja'],
    ['zh-TW,zh-CN;q=0.9,en;q=0.8', 'zh-Hans'],
    ['en_GB.UTF-8, de', 'en'],
    ['*', 'en'],
    ['is, *;q=0.5', 'en'],
    [';;,,q=', 'en'],
    ['', 'en'],
    [undefined, 'en'],
  ])('Accept-Language: %s is met by %s', (header, met) => {
    expect(wordsFor({ url: path, headers: { 'accept-language': header } }).lang).toBe(met);
  });

  it.each([
    ['?lang=fr', 'fr'],
    ['?x=1&lang=fr-CA#lang=it', 'fr'],
    ['?lang=nb', 'sv'],
    ['?lang=nb,fr', 'fr'],
    ['?lang=', 'sv'],
    ['?language=fr', 'sv'],
    ['', 'sv'],
  ])('%s comes before the browser’s: %s', (query, met) => {
    expect(wordsFor({ url: path + query, headers: { 'accept-language': 'sv' } }).lang).toBe(met);
  });
});

describe('the form', () => {
  it('is available in every language, as data and as a page', async () => {
    const { url } = await startService();
    for (const { lang, dir, labels, texts, hosted } of languages) {
      const asked = await ask(`${url}${path}?lang=${lang}`, { headers: { 'accept-language': 'en' } });
      const definition = JSON.parse(asked.body) as FormDefinition;
      expect(definition).toMatchObject({ id: 'newsletter', lang, dir, texts });
      expect(definition.fields.map((field) => 'label' in field && field.label)).toEqual(
        Object.values(labels),
      );

      const accept = 'text/html';
      const page = await ask(url + path, { headers: { accept, 'accept-language': lang } });
      expect(page.body).toContain(`<html lang="${lang}" dir="${dir}">`);
      expect(page.body).toContain(`<h1>${hosted.title}</h1>`);
      expect(page.body).toContain(labels.email);
      expect(page.body).toContain(`action="${path}?lang=${lang}"`);

      for (const { headers } of [asked, page]) {
        expect(headers['content-language']).toBe(lang);
        expect(headers.vary).toBe('Origin, Accept, Host, Accept-Language');
      }
    }
  });

  it('asks for and checks the same fields in every language', async () => {
    const { url } = await startService();
    const rules = await Promise.all(
      languages.map(async ({ lang }) => {
        const { body } = await ask(`${url}${path}?lang=${lang}`);
        const { fields } = JSON.parse(body) as FormDefinition;
        return (fields as AskedField[]).map(({ label: _label, issues: _issues, ...rest }) => rest);
      }),
    );
    expect(new Set(rules.map((fields) => JSON.stringify(fields))).size).toBe(1);
  });
});

describe('the pages without scripts', () => {
  const speaking = (lang: string) => ({ 'accept-language': lang });

  it.each(languages.map((words) => [words.lang, words] as const))(
    'speak the browser’s language: %s',
    async (lang, { dir, texts, fieldIssues, confirm }) => {
      const { url } = await startService({ BOT_MODE: 'enforce' });
      const expectPage = ({ body, headers }: Awaited<ReturnType<typeof post>>, ...said: string[]) => {
        expect(headers['content-language']).toBe(lang);
        expect(headers.vary).toBe('Origin, Accept, Host, Accept-Language');
        expect(body).toContain(`<html lang="${lang}" dir="${dir}">`);
        for (const text of said) expect(body).toContain(text);
      };
      const send = (fields: Record<string, string>) => post(url, 'plain', fields, speaking(lang));

      expectPage(await send({ email: 'ada' }), texts.problems.invalid, fieldIssues.email, texts.submit);
      const asks = await send({ email: 'ada@example.com' });
      expectPage(asks, confirm.title, confirm.explanation, confirm.button);
      expectPage(await send(hiddenFields(asks.body)), texts.accepted);
      const lost = { accept: 'text/html', ...speaking(lang) };
      const absent = await ask(`${url}/forms/none`, { headers: lost });
      expectPage(absent, texts.problems.no_such_form);
    },
  );

  it('keep the language that the form was requested in', async () => {
    const { url } = await startService({ BOT_MODE: 'enforce' });
    const headers = { ...speaking('en'), accept: 'text/html', 'user-agent': 'Mozilla/5.0' };
    const actionOf = (page: string) => /action="([^"]*)"/.exec(page)?.[1] ?? '';
    const form = await ask(`${url}${path}?lang=de`, { headers });
    const send = (action: string, fields: Record<string, string>) =>
      ask(url + action, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: String(new URLSearchParams(fields)),
      });
    const asks = await send(actionOf(form.body), { email: 'ada@example.com' });
    expect(asks.body).toContain('Nur noch ein Klick');
    const thanks = await send(actionOf(asks.body), hiddenFields(asks.body));
    expect(thanks.body).toContain('Vielen Dank, Sie sind angemeldet.');
  });

  it('are the only answers to a sign-up that have a language', async () => {
    const { url } = await startService();
    const { status, headers } = await post(url, 'urlencoded', { email: 'ada@example.com' }, speaking('de'));
    expect(status).toBe(202);
    expect(headers['content-language']).toBeUndefined();
    expect(headers.vary).toBe('Origin, Accept, Host');
  });
});
