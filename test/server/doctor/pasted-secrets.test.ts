import { describe, expect, it } from 'vitest';
import { checkPastedSecrets } from '../../../server/doctor/pasted-secrets.ts';
import { complaintsIn } from '../../helpers/server/doctor.ts';

const key = '7f0c2b1e-51a4-4c55-9d55-0a4f6a7b3c21';

describe('O1: a secret that was pasted wrong', () => {
  it.each([
    ['in quotes', `"${key}"`],
    ['in curly quotes', `“${key}”`],
    ['with its name', `RASA_API_KEY=${key}`],
    ['as a header', `Bearer ${key}`],
    ['as a placeholder', '${RASA_API_KEY}'],
    ['masked', '7f0c••••••'],
    ['with an invisible character', `7f0c\u200b2b1e`],
    ['encoded by echo', Buffer.from(`${key}\n`).toString('base64')],
    ['encoded twice', Buffer.from(key).toString('base64')],
    ['with the name of an account', `RASA_HARBOUR__API_KEY=${key}`],
  ])('is named, never shown: %s', (_how, value) => {
    for (const name of ['RASA_API_KEY', 'RASA_API_KEY_2', 'RASA_HARBOUR__API_KEY']) {
      const [complaint = ''] = complaintsIn(checkPastedSecrets({ [name]: value }));
      if (value.startsWith(`${name}=`) || !value.startsWith('RASA_'))
        expect(complaint).toContain(`warning: ${name} `);
      expect(complaint).not.toContain('7f0c');
    }
  });

  it.each([key, ` ${key}\n`, 'pass word', 'a"b', 'ab'.repeat(32), 'c2VjcmV0'])('is not: %j', (value) => {
    expect(checkPastedSecrets({ RASA_PASSWORD: value, PORT: '"1"' })).toEqual([]);
  });
});
