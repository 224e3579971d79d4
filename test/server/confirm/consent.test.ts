import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HtmlValidate } from 'html-validate';
import { describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startDoubleOptIn } from '../../helpers/server/double-opt-in.ts';
import { readContact, readContacts } from '../../helpers/server/service.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const soon = { timeout: 15_000, interval: 50 };

const form = {
  title: { en: 'The Harbour Letter', de: 'Der Hafenbrief' },
  languages: ['en', 'de'],
  consent_receipt: 'consent_receipt',
  fields: [
    'email',
    {
      name: 'terms',
      type: 'checkbox',
      required: true,
      label: { en: 'I agree to the terms', de: 'Ich stimme den Bedingungen zu' },
      link: {
        label: { en: 'Terms', de: 'Bedingungen' },
        href: { en: 'https://a.example/terms', de: 'https://a.example/agb' },
      },
    },
    { name: 'offers', type: 'checkbox', label: { en: 'Offers too', de: 'Auch Angebote' } },
    { name: 'seen_on', type: 'hidden', from: 'page' },
  ],
};

interface Shown {
  readonly id: string;
  readonly what: string;
  readonly told: {
    readonly title: string;
    readonly fields: readonly Readonly<Record<string, unknown>>[];
  } | null;
  readonly [name: string]: unknown;
}

/** A product that does not ask for confirmation unless `confirm` says so, and the commands on its store. */
async function open(confirm = 'never') {
  const product = await startDoubleOptIn({ ...form, confirm });
  const consent = (...args: string[]) => runCommand(['consent', ...args], { DATA_DIR: product.dataDir });
  const show = async (email: string, ...more: string[]) => {
    const { code, stdout } = await consent('show', email, ...more);
    return code === 0 ? (JSON.parse(stdout) as Shown[]) : [];
  };
  const delivered = (count: number) =>
    vi.waitFor(async () => {
      expect(await readContacts(product.sandbox)).toHaveLength(count);
    }, soon);
  return { ...product, consent, show, delivered };
}

describe('a receipt of a sign-up', () => {
  it('says what the visitor was told, in which language, what was ticked, on which page and from where', async () => {
    const { send, delivered, show, sandbox } = await open();
    const page = 'https://www.example.com/about';
    await send('/forms/letter?lang=de', { email: 'ada@example.com', terms: 'yes', page });
    await delivered(1);
    const [receipt] = await show('Ada@Example.com ', '--from', '127.0.0.1');
    expect(receipt).toMatchObject({
      what: 'signed_up',
      source: 'form',
      form: 'letter',
      lang: 'de',
      page,
      ticked: ['terms'],
      notTicked: ['offers'],
      confirmed: null,
      isFromNetwork: true,
      told: { title: 'Der Hafenbrief', lang: 'de' },
    });
    expect(receipt?.told?.fields[1]).toMatchObject({
      label: 'Ich stimme den Bedingungen zu',
      required: true,
      link: { label: 'Bedingungen', href: 'https://a.example/agb' },
    });
    expect((await show('ada@example.com', '--from', '192.0.2.1'))[0]).toMatchObject({ isFromNetwork: false });
    const [contact] = await readContacts(sandbox);
    expect(await readContact(sandbox, contact?.['id'])).toMatchObject({ consent_receipt: receipt?.id });
    expect(await show(String(receipt?.id))).toHaveLength(1);
  });

  it('says how it was confirmed, and is not made before', async () => {
    const { signUp, letterTo, delivered, show, waits } = await open('always');
    const { ticket } = await signUp('ada@example.com', { terms: 'yes' });
    await signUp('bob@example.com', { terms: 'yes' });
    const { code } = await letterTo('ada@example.com');
    expect(await show('ada@example.com')).toEqual([]);
    await waits(ticket, { code });
    await fetch((await letterTo('bob@example.com')).link, { method: 'POST' });
    await delivered(2);
    expect(await show('ada@example.com')).toMatchObject([
      { confirmed: { by: 'code' }, told: { mail: { subject: 'Please confirm: The Harbour Letter' } } },
    ]);
    expect(await show('bob@example.com')).toMatchObject([{ confirmed: { by: 'link' } }]);
  });

  it('of a later sign-up says what is not ticked any more', async () => {
    const { send, show } = await open();
    const shown = (count: number) =>
      vi.waitFor(async () => {
        expect(await show('ada@example.com')).toHaveLength(count);
      }, soon);
    await send('/forms/letter', { email: 'ada@example.com', terms: 'yes', offers: 'yes' });
    await shown(1);
    await send('/forms/letter', { email: 'ada@example.com', terms: 'yes' });
    await shown(2);
    expect(await show('ada@example.com')).toMatchObject([
      { ticked: ['terms', 'offers'], tickedBefore: [] },
      { ticked: ['terms'], notTicked: ['offers'], tickedBefore: ['offers'] },
    ]);
  });

  it('is exported as a page and as JSON for an authority, with everything escaped', async () => {
    const { send, delivered, consent } = await open();
    const page = 'https://www.example.com/<script>alert(1)</script>';
    await send('/forms/letter', { email: 'ada@example.com', terms: 'yes', page });
    await delivered(1);
    const dir = await temporaryDir();
    const { code, stdout } = await consent('export', 'ada@example.com', 'nobody@example.com', '--dir', dir);
    expect(code).toBe(1);
    const [html = '', json = ''] = stdout.trim().split('\n');
    expect(html.startsWith(dir)).toBe(true);
    const report = JSON.parse(await readFile(json, 'utf8')) as { receipts: unknown[] };
    expect(report).toMatchObject({
      email: 'ada@example.com',
      receipts: [{ what: 'signed_up', page: expect.any(String) as string }],
    });
    const text = await readFile(html, 'utf8');
    expect(text).toContain('I agree to the terms');
    expect(text).not.toContain('<script');
    const checked = await new HtmlValidate({ extends: ['html-validate:standard'] }).validateString(text);
    expect(checked.results.flatMap(({ messages }) => messages)).toEqual([]);
  });

  it('goes with the person who is erased, and the chain still verifies', async () => {
    const { send, delivered, show, consent, dataDir } = await open();
    await send('/forms/letter', { email: 'ada@example.com', terms: 'yes' });
    await delivered(1);
    const [receipt] = await show('ada@example.com');
    expect(await consent('erase', 'ada@example.com')).toMatchObject({ code: 1 });
    expect(await consent('erase', 'ada@example.com', '--yes')).toMatchObject({ code: 0 });
    expect(await show('ada@example.com')).toEqual([]);
    const verified = await consent('verify');
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ receipts: 2, erased: 1, faults: [] });
    const file = (await readFile(join(dataDir, 'rasa-signup.db'))).toString('latin1');
    expect(file).not.toContain('ada@example.com');
    expect(file).toContain(receipt?.id);
  });
});
