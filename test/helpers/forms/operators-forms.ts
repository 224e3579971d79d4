import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDir } from '../server/temporary-dir.ts';

/** Writes a forms file, and resolves with the setting that makes the product read it. */
export async function formsFile(forms: Readonly<Record<string, object>>): Promise<{ FORMS_FILE: string }> {
  const path = join(await temporaryDir(), 'forms.json');
  await writeFile(path, JSON.stringify({ forms }));
  return { FORMS_FILE: path };
}

/**
 * A form with every type of field, each under its own attribute. `words` replaces every text that the
 * operator can set.
 */
export function everyKind(words: (text: string) => string = (text) => text): object {
  const option = (value: string, label: string) => ({ value, label: words(label) });
  return {
    title: words('The Harbour Letter'),
    intro: words('Every Thursday, three stories from the waterfront.'),
    segment_code: 'harbour',
    attributes: { source: 'poster' },
    texts: { submit: words('Send me the letter'), accepted: words('Welcome aboard.') },
    fields: [
      { name: 'email', help: words('We write on Thursdays.'), placeholder: words('name@example.com') },
      { name: 'nickname', type: 'text', label: words('Nickname'), attribute: 'Nick name' },
      { name: 'phone', type: 'tel', label: words('Telephone') },
      { name: 'website', type: 'url', label: words('Website') },
      { name: 'boats', type: 'number', label: words('Boats'), min: 0, max: 12, required: true },
      { name: 'born', type: 'date', label: words('Date of birth') },
      {
        name: 'coast',
        type: 'select',
        label: words('Coast'),
        required: true,
        options: [option('n', 'North'), option('s', 'South')],
      },
      {
        name: 'how_often',
        type: 'radio',
        label: words('How often?'),
        required: true,
        options: [option('7', 'Every week'), option('30', 'Once a month')],
      },
      {
        name: 'privacy',
        type: 'checkbox',
        label: words('I have read the privacy policy'),
        required: true,
        link: { href: 'https://www.example.com/privacy', label: words('Privacy policy') },
        issues: { missing: words('We need your consent.') },
      },
      { name: 'offers', type: 'checkbox', label: words('Offers too') },
      { name: 'campaign', type: 'hidden', from: '?utm_campaign' },
    ],
  };
}
