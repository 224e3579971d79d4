import type { FormDefinition } from '../../../shared/form.ts';
import { en } from '../../../shared/messages/en.ts';
import type { Messages } from '../../../shared/messages/messages.ts';
import type { IssueCode } from '../../../shared/signup.ts';

/** The definition of a form with every type of field and every option, as the widget receives it. */
export function everyField(words: Messages = en): FormDefinition {
  const { lang, dir, texts } = words;
  return {
    id: 'harbour',
    lang,
    dir,
    title: 'The Harbour Letter',
    intro: 'Every Thursday: three stories from the waterfront, and one recipe that survives a small galley.',
    texts,
    proof: true,
    fields: [
      {
        name: 'email',
        type: 'email',
        label: words.labels.email,
        required: true,
        maxLength: 254,
        autocomplete: 'email',
        placeholder: 'name@example.com',
        help: 'We write on Thursdays, and never more.',
        issues: { malformed: 'An address has an @ in it.' },
      },
      {
        name: 'nickname',
        type: 'text',
        label: 'What shall we call you?',
        required: false,
        maxLength: 40,
        pattern: '[^0-9]+',
        autocomplete: 'nickname',
      },
      {
        name: 'phone',
        type: 'tel',
        label: 'Telephone',
        required: false,
        maxLength: 30,
        autocomplete: 'tel',
      },
      {
        name: 'website',
        type: 'url',
        label: 'Your website',
        required: false,
        maxLength: 200,
        placeholder: 'https://',
      },
      {
        name: 'boats',
        type: 'number',
        label: 'How many boats do you have?',
        required: true,
        maxLength: 10,
        min: '0',
        max: '12',
      },
      {
        name: 'born',
        type: 'date',
        label: 'Date of birth',
        required: false,
        maxLength: 10,
        min: '1900-01-01',
        max: '2020-12-31',
      },
      {
        name: 'coast',
        type: 'select',
        label: 'Which coast?',
        required: true,
        options: [
          { value: 'n', label: 'North' },
          { value: 's', label: 'South' },
        ],
      },
      {
        name: 'how_often',
        type: 'radio',
        label: 'How often?',
        required: true,
        help: 'You can change it later.',
        options: [
          { value: '7', label: 'Every week' },
          { value: '30', label: 'Once a month, all in one' },
        ],
      },
      {
        name: 'privacy',
        type: 'checkbox',
        label:
          'I agree that the Harbour Office stores my address, and sends me its letter until I say that it is enough.',
        required: true,
        link: { href: 'https://www.example.com/privacy', label: 'Privacy policy' },
      },
      { name: 'offers', type: 'checkbox', label: 'Tell me about offers too', required: false },
      { name: 'came_from', type: 'hidden', from: 'referrer', maxLength: 200 },
      { name: 'stood_on', type: 'hidden', from: 'page', maxLength: 200 },
      { name: 'campaign', type: 'hidden', from: '?utm_campaign', maxLength: 20 },
    ],
  };
}

/** The values of a visitor who forgot the choice and typed half of the address. */
export const halfFilledIn: Readonly<Record<string, string>> = {
  email: 'ada@example',
  nickname: 'Ada',
  boats: '99',
  coast: 's',
  how_often: '30',
  offers: 'yes',
  campaign: 'spring',
};

export const issuesOfHalf: Readonly<Record<string, IssueCode>> = {
  email: 'malformed',
  boats: 'malformed',
  born: 'malformed',
  website: 'malformed',
  coast: 'missing',
  how_often: 'missing',
  privacy: 'missing',
  is_admin: 'unknown',
};
