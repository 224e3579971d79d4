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
    ['with one quote', `"${key}`],
    ['with a comma behind its quotes', `"${key}",`],
    ['with a semicolon', `${key};`],
    ['with a line end as a code', `${key}\\n`],
    ['as PowerShell sets it', `$env:RASA_API_KEY="${key}"`],
    ['as docker run sets it', `-e RASA_API_KEY=${key}`],
    ['with the label beside it', `API Key: ${key}`],
    ['with the name of a header', `Authorization: Bearer ${key}`],
    ['as JSON', `{"key":"${key}"}`],
    ['as the example of a page', 'your-api-key'],
    ['as a variable of a Windows shell', '%RASA_KEY%'],
    ['as what a program made of nothing', 'undefined'],
    ['as the path of its file', '/run/secrets/rasa-key'],
    ['twice', `${key}${key}`],
    ['with bytes of another encoding', '7f0c\ufffd'],
    ['as in an address', '7f0c%40word'],
    ['as in HTML', '7f0c&amp;word'],
    ['encoded with a blank', Buffer.from(`${key} `).toString('base64')],
    ['encoded without padding', Buffer.from(`${key}\r\n`).toString('base64url')],
    ['with the name of an account', `RASA_HARBOUR__API_KEY=${key}`],
  ])('is named, never shown: %s', (_how, value) => {
    for (const name of ['RASA_API_KEY', 'RASA_API_KEY_2', 'RASA_HARBOUR__API_KEY']) {
      const [complaint = ''] = complaintsIn(checkPastedSecrets({ [name]: value }));
      if (value.startsWith(`${name}=`) || !value.startsWith('RASA_'))
        expect(complaint).toContain(`warning: ${name} `);
      expect(complaint).not.toContain('7f0c');
    }
  });

  it.each([
    key,
    ` ${key}\u200b\n`,
    'pass word',
    'a"b',
    'ab'.repeat(32),
    'c2VjcmV0',
    'a/b',
    '50%of;it',
    'nullify',
  ])('is not: %j', (value) => {
    expect(checkPastedSecrets({ RASA_PASSWORD: value, PORT: '"1"' })).toEqual([]);
  });

  it('is not the code for a letter in the URL of a database', () => {
    expect(checkPastedSecrets({ DATABASE_URL: 'postgres://user:p%40ss@db.example/signup' })).toEqual([]);
  });
});
