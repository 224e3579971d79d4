import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMapping } from '../../../server/contacts/files/columns.ts';
import { openContactsFile } from '../../../server/contacts/files/contacts-file.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

interface Options {
  readonly map?: readonly string[];
  readonly attributes?: boolean;
}

/** What a file of these bytes comes to: its description, and each row as one short text. */
async function read(bytes: string | Uint8Array, { map = [], attributes = false }: Options = {}) {
  const path = join(await temporaryDir(), 'list.csv');
  await writeFile(path, bytes);
  const mapping = readMapping(map);
  if (mapping.is === 'fault') throw new Error(mapping.text);
  const opened = await openContactsFile({
    path,
    stdin: process.stdin,
    mapping: mapping.mapping,
    attributes,
    rules: { international: false, disposable: 'allow', isDisposableDomain: () => false },
    constants: {},
  });
  const rows: unknown[] = [];
  try {
    for await (const { row, contact } of opened.contacts()) {
      rows.push(
        contact.is === 'contact'
          ? contact.contact
          : `line ${row.line}: ${contact.is === 'left' ? contact.state : contact.why}`,
      );
    }
  } finally {
    await opened.file.close();
  }
  return { description: opened.description, rows };
}

const utf16le = (text: string) => Buffer.from(text, 'utf16le');
const utf16be = (text: string) => utf16le(text).swap16();
const latin1 = (text: string) => Buffer.from(text, 'latin1');

const ada = { email: 'ada@example.com', first_name: 'Ada' };
const zoe = { email: 'zoe@example.com', first_name: 'Zoë' };

/** What is in the file, what its rows come to, and what its description says. */
const oddities: readonly (readonly [
  title: string,
  bytes: string | Uint8Array,
  rows: readonly unknown[],
  says: string,
  options?: Options,
])[] = [
  ['plain', 'email,first_name\nada@example.com,Ada\n', [ada], 'UTF-8; commas; 2 columns'],
  [
    'a byte order mark',
    '\ufeffemail,first_name\nzoe@example.com,Zoë\n',
    [zoe],
    'UTF-8 with a byte order mark',
  ],
  [
    'a byte order mark before a quote',
    '\ufeff"email","first_name"\n"ada@example.com","Ada"\n',
    [ada],
    'UTF-8 with',
  ],
  [
    'UTF-16',
    utf16le('\ufeffemail\tfirst_name\r\nzoe@example.com\tZoë\r\n'),
    [zoe],
    'UTF-16 with a byte order mark; tabs',
  ],
  [
    'UTF-16, big-endian',
    utf16be('\ufeffemail;first_name\nzoe@example.com;Zoë\n'),
    [zoe],
    'UTF-16 (big-endian)',
  ],
  ['UTF-16 without a mark', utf16le('email,first_name\nzoe@example.com,Zoë\n'), [zoe], 'UTF-16; commas'],
  ['Latin-1', latin1('email;first_name\nzoe@example.com;Zo\xeb\n'), [zoe], 'Windows-1252; semicolons'],
  [
    'Windows-1252 far behind the beginning',
    Buffer.concat([
      Buffer.from(`email,first_name\n${'ada@example.com,Ada\n'.repeat(4000)}`),
      latin1('eur@example.com,\x80 O\x92Hara\n'),
    ]),
    [...Array<object>(4000).fill(ada), { email: 'eur@example.com', first_name: '€ O’Hara' }],
    'Windows-1252',
  ],
  [
    'UTF-8 with one broken byte',
    Buffer.concat([
      Buffer.from('email,first_name\nzoe@example.com,Zoë\nanaïs@example.com,Anaïs\nada@example.com,A'),
      Buffer.from([0xeb]),
      Buffer.from('\nada@example.com,Ada\n'),
    ]),
    [
      zoe,
      'line 3: email has letters before its @ that not every mail system can reach',
      'line 4: first_name: has bytes that are not text',
      ada,
    ],
    'UTF-8',
  ],
  ['semicolons', 'email;first_name\nada@example.com;Ada\n', [ada], 'semicolons'],
  [
    'semicolons with commas in cells',
    'email;first_name\nada@example.com;Ada, Countess\n',
    [{ ...ada, first_name: 'Ada, Countess' }],
    'semicolons',
  ],
  ['tabs', 'email\tfirst_name\nada@example.com\tAda\n', [ada], 'tabs'],
  ['bars', 'email|first_name\nada@example.com|Ada\n', [ada], 'bars'],
  ['a line sep=;', 'sep=;\r\nemail;first_name\r\nada@example.com;Ada\r\n', [ada], 'semicolons; 2 columns'],
  [
    'a line sep= with a tab, and a faulty row',
    '"sep=\t"\nemail\tfirst_name\nada\tAda\n',
    ['line 3: email is not valid'],
    'tabs',
  ],
  [
    'one column',
    'email\nada@example.com\nzoe@example.com\n',
    [{ email: 'ada@example.com' }, { email: 'zoe@example.com' }],
    '1 columns',
  ],
  ['CR LF', 'email,first_name\r\nada@example.com,Ada\r\n', [ada], 'commas'],
  ['CR only', 'email,first_name\rada@example.com,Ada\rzoe@example.com,Zoë', [ada, zoe], 'commas'],
  [
    'mixed line ends',
    'email,first_name\r\nada@example.com,Ada\nzoe@example.com,Zoë\r\n',
    [ada, zoe],
    'commas',
  ],
  [
    'CR behind the header, LF behind rows',
    'email,first_name\rada@example.com,Ada\nzoe@example.com,Zoë\r\n',
    [ada, zoe],
    '2 columns',
  ],
  [
    'CR in a file that was appended to with LF',
    'email,first_name\rada@example.com,Ada\rzoe@example.com,Zoë\n',
    [ada, zoe],
    '2 columns',
  ],
  ['CR in a quoted header', 'email,"first\rname"\nada@example.com,Ada\n', [ada], 'is first_name'],
  ['no end of the last line', 'email,first_name\nada@example.com,Ada', [ada], 'the last line has no end;'],
  [
    'no end of the last line, in UTF-16',
    utf16le('\ufeffemail\tfirst_name\r\nzoe@example.com\tZoë'),
    [zoe],
    'the last line has no end;',
  ],
  [
    'a cut within a letter',
    Buffer.concat([
      Buffer.from('email,first_name\nada@example.com,Ada\nzoe@example.com,Zo'),
      Buffer.from([0xc3]),
    ]),
    [ada, 'line 3: first_name: has bytes that are not text'],
    'UTF-8; commas',
  ],
  [
    'a cut within a letter, in UTF-16',
    utf16be('\ufeffemail\tfirst_name\r\nada@example.com\tAda\nzoe@example.com\tZoë').subarray(0, -1),
    [ada, 'line 3: first_name: has bytes that are not text'],
    'UTF-16 (big-endian)',
  ],
  [
    'a cut within an address',
    'email,first_name\nada@example.com,Ada\nzoe@exam',
    [ada, 'line 3: 1 cells, where the header has 2'],
    'the last line has no end;',
  ],
  [
    'a cut within an object',
    '{"email":"ada@example.com","first_name":"Ada"}\n{"email":"zoe@example.com","first_n',
    [ada, 'line 2: not a JSON object'],
    'the last line has no end;',
  ],
  [
    'a line feed in a quoted header',
    'email,"first\nname",x\nada@example.com,Ada,1\nnone,Ada,1\n',
    [ada, 'line 4: email is not valid'],
    '"first name" is first_name',
  ],
  ['CR LF in a quoted header', 'email,"first\r\nname"\r\nada@example.com,Ada\r\n', [ada], 'is first_name'],
  [
    'a line feed in a cell',
    'email,first_name,note\nada@example.com,Ada,"one\ntwo"\nx,Ada,\n',
    [ada, 'line 4: email is not valid'],
    '3 columns',
  ],
  [
    'empty lines',
    '\n\nemail,first_name\n\nada@example.com,Ada\n\n ,\n,\nx,Ada\n',
    [ada, 'line 9: email is not valid'],
    '2 columns',
  ],
  [
    'a header that comes again',
    'email,first_name\nada@example.com,Ada\n\ufeffemail,first_name\nzoe@example.com,Zoë\n',
    [ada, zoe],
    '2 columns',
  ],
  [
    'two columns of one name',
    'email,first_name,Email\nada@example.com,Ada,\n,Zoë,zoe@example.com\nada@example.com,Ada,zoe@example.com\nada@example.com,Ada,ada@example.com\n',
    [ada, zoe, 'line 4: two columns say different things: email', ada],
    '"Email" is email',
  ],
  [
    'an unknown column between two known ones',
    'email,shoe size,first_name\nada@example.com,38,Ada\n',
    [ada],
    'left out: "shoe size"',
  ],
  [
    'unknown columns as attributes',
    'email,Shoe Size,first_name\nada@example.com,38,Ada\n',
    [{ ...ada, shoe_size: '38' }],
    '"Shoe Size" is shoe_size',
    { attributes: true },
  ],
  [
    'a column called inactive',
    'email,inactive,first_name\nada@example.com,true,Ada\nzoe@example.com,false,Zoë\n',
    [ada, zoe],
    'left out: "inactive"',
  ],
  [
    'a column called active_subscription',
    'email,active_subscription,plan\nada@example.com,false,other\n',
    [{ email: 'ada@example.com' }],
    'Substack',
  ],
  [
    'a column called email_opened',
    'email_opened,email,first_name\n3,ada@example.com,Ada\n',
    [ada],
    'left out: "email_opened"',
  ],
  [
    'who may not be written to',
    'email,unsubscribed\nada@example.com,no\nbob@example.com,2026-01-01\ncleo@example.com,\n',
    [{ email: 'ada@example.com' }, 'line 3: unsubscribed', { email: 'cleo@example.com' }],
    'left alone by "unsubscribed"',
  ],
  [
    'a state of four words',
    'email,status\na@example.com,Active\nb@example.com,Cleaned\nc@example.com,complained\nd@example.com,archived\n',
    [{ email: 'a@example.com' }, 'line 3: bounced', 'line 4: complained', 'line 5: archived'],
    '"status"',
  ],
  [
    'somebody who is subscribed in one row and not in another, in any order',
    'email,status\nada@example.com,subscribed\nzoe@example.com,cleaned\nADA@example.com,unsubscribed\nzoe@example.com,\nbob@example.com,\n',
    [
      'line 2: unsubscribed',
      'line 3: bounced',
      'line 4: unsubscribed',
      'line 5: bounced',
      { email: 'bob@example.com' },
    ],
    '"status"',
  ],
  [
    'a state of several words',
    'email,status\na@example.com,Subscribed\nb@example.com,Unsubscribed by admin\nc@example.com,Opted out\nd@example.com,Do not contact\ne@example.com,Non-subscribed\nf@example.com,Abgemeldet\ng@example.com,Hard bounce\nh@example.com,Inactive\n',
    [
      { email: 'a@example.com' },
      ...[3, 4, 5, 6, 7].map((line) => `line ${line}: unsubscribed`),
      'line 8: bounced',
      { email: 'h@example.com' },
    ],
    '"status"',
  ],
  [
    'subscribed in another language, or in words',
    'email,subscribed\na@example.com,ja\nb@example.com,nein\nc@example.com,FALSCH\nd@example.com,Opted-out\ne@example.com,\n',
    [
      { email: 'a@example.com' },
      ...[3, 4, 5].map((line) => `line ${line}: unsubscribed`),
      { email: 'e@example.com' },
    ],
    'left alone by "subscribed"',
  ],
  [
    'a column whose name objects have too',
    'email,constructor,first_name\nada@example.com,Grimaldi,Ada\n',
    [ada],
    'left out: "constructor"',
  ],
  [
    'a name around the address',
    'email,first_name\n"""Ada"" <ada@example.com>",Ada\n"Ada" <ada@example.com>,Ada\nAda <ada@example.com>,Ada\n<ada@example.com>,Ada\nmailto:ada@example.com,Ada\n',
    [ada, ada, ada, ada, ada],
    'email',
  ],
  [
    'zero-width spaces',
    '\u200bemail\u200b,first_name\nada\u200b@exam\u200dple.com\ufeff,\u200bAda\n\u00a0ada@example.com\u00a0,Ada\n',
    [ada, ada],
    'first_name',
  ],
  [
    'JSON in cells',
    'email,tags,first_name\nada@example.com,"{""a"":[1,""x,y""]}",Ada\nada@example.com,{"a":1},Ada\nada@example.com,["x","y"],Ada\n',
    [ada, ada, 'line 4: 4 cells, where the header has 3'],
    '3 columns',
  ],
  [
    'JSON in cells that are kept',
    'email,tags\nada@example.com,"{""a"":1}"\n',
    [{ email: 'ada@example.com', tags: '{"a":1}' }],
    'tags',
    { attributes: true },
  ],
  [
    'a line of 10 MB',
    `email,first_name\nada@example.com,Ada\nada@example.com,${'x'.repeat(10_000_000)}\nzoe@example.com,Zoë\n`,
    [ada, 'line 3: longer than 262144 characters', zoe],
    'commas',
  ],
  [
    'a quoted line of 10 MB',
    `email,first_name\nada@example.com,"${'x,'.repeat(5_000_000)}"\nzoe@example.com,Zoë\n`,
    ['line 2: longer than 262144 characters', zoe],
    'commas',
  ],
  [
    'a cell of 100,000 lines',
    `email,first_name\nada@example.com,"${'x\n'.repeat(100_000)}"\nzoe@example.com,Zoë\n`,
    ['line 2: first_name is too long', zoe],
    'commas',
  ],
  [
    'ten thousand columns',
    `email,first_name${Array.from({ length: 10_000 }, (_, at) => `,c${at}`).join('')}\nada@example.com,Ada${',x'.repeat(10_000)}\n`,
    [ada],
    'left out: "c0", "c1"',
  ],
  ['NUL in cells', 'email,first_name\n\0ada@example.com,\0Ada\n', [ada], 'commas'],
  [
    'numbers and dates of Europe',
    'email;Betrag;Datum\nada@example.com;1.234,56;31.12.2026\n',
    [{ email: 'ada@example.com', betrag: '1.234,56', datum: '31.12.2026' }],
    'semicolons',
    { attributes: true },
  ],
  [
    'formulas that a spreadsheet has marked',
    'email,first_name\nada@example.com,\'=HYPERLINK("x")\n',
    [{ ...ada, first_name: '=HYPERLINK("x")' }],
    'commas',
  ],
  [
    'rows with too few and too many cells',
    'email,first_name\nada@example.com\nada@example.com,Ada,,\nada@example.com,Ada,Lovelace\n',
    ['line 2: 1 cells, where the header has 2', ada, 'line 4: 3 cells, where the header has 2'],
    'commas',
  ],
  [
    'no header',
    'Ada;ada@example.com\nZoë;zoe@example.com\n',
    [{ email: 'ada@example.com' }, { email: 'zoe@example.com' }],
    'no header, 2 columns; "2" is email',
  ],
  ['no header, mapped', 'Ada;ada@example.com\n', [ada], '"1" is first_name', { map: ['1=first_name'] }],
  [
    'mapped by hand',
    'Kontakt,Rufname,Stufe\nada@example.com,Ada,gold\n',
    [{ ...ada, level: 'gold' }],
    '"Stufe" is level',
    { map: ['Kontakt=email,Rufname=first_name', 'Stufe=level'] },
  ],
  [
    'a mapped name with a comma',
    '"Name, first",email\nAda,ada@example.com\n',
    [ada],
    '"Name, first"',
    { map: ['email=email,Name, first=first_name'] },
  ],
  [
    'a column left out by hand',
    'email,first_name\nada@example.com,Ada\n',
    [{ email: 'ada@example.com' }],
    'left out: "first_name"',
    { map: ['first_name='] },
  ],
  [
    'whole names',
    'name,email\nLudwig van Beethoven,a@example.com\n"Lovelace, Ada",b@example.com\nAda,c@example.com\n',
    [
      { email: 'a@example.com', first_name: 'Ludwig', last_name: 'van Beethoven' },
      { email: 'b@example.com', first_name: 'Ada', last_name: 'Lovelace' },
      { email: 'c@example.com', first_name: 'Ada' },
    ],
    '"name" is name',
  ],
  [
    'consent',
    'email,When\nada@example.com,2026-01-01T00:00:00Z\nada@example.com,yesterday\n',
    [{ email: 'ada@example.com' }, 'line 3: consent is not valid'],
    'consent_at',
    { map: ['When=consent_at'] },
  ],
  [
    'consent under its own names',
    'email,consent_text,consent_at,consent_source\nada@example.com,Yes,2026-01-01T00:00:00Z,fair\nada@example.com,Yes,yesterday,fair\n',
    [{ email: 'ada@example.com' }, 'line 3: consent is not valid'],
    '"consent_source" is consent_source',
  ],
  [
    'rejects that were mended',
    'email,first_name,line,why\nada@example.com,Ada,17,email is not valid\n',
    [ada],
    'left out: "line", "why"',
    { attributes: true },
  ],
  [
    'NDJSON',
    '{"email":"ada@example.com","first_name":"Ada","x":{"y":1}}\n\n{"first_name":"Zoë","email":"zoe@example.com"}\n[1]\nnot json\n{"email":"bob@example.com","is_subscribed":false}\n{"email":7}\n',
    [
      ada,
      zoe,
      'line 4: not a JSON object',
      'line 5: not a JSON object',
      'line 6: unsubscribed',
      'line 7: email is not valid',
    ],
    'NDJSON',
  ],
  [
    'NDJSON with attributes',
    '{"email":"ada@example.com","plan":"gold","age":36,"external_id":7}\n',
    [{ email: 'ada@example.com', plan: 'gold', age: 36, external_id: '7' }],
    '"plan" is plan',
    { attributes: true },
  ],
  [
    'NDJSON with numbers that JSON does not keep, and what is nested',
    `{"email":"ada@example.com","external_id":12345678901234567891}\n{"email":"ada@example.com","seen":1e999}\n{"email":"ada@example.com","first_name":["Ada"]}\n{"email":"ada@example.com","x":${'['.repeat(20_000)}${']'.repeat(20_000)}}\n`,
    [
      'line 1: external_id: has more digits than a JSON number keeps; quote it',
      'line 2: seen: has more digits than a JSON number keeps; quote it',
      'line 3: first_name: is not valid',
      'line 4: x is not valid',
    ],
    'NDJSON',
    { attributes: true },
  ],
  [
    'NDJSON with halves of letters, and names that objects have',
    '{"email":"ada@example.com","first_name":"A\\ud800da"}\n{"email":"ada@example.com","__proto__":{"first_name":"Eve"},"constructor":"x"}\n',
    [{ ...ada, first_name: 'A da' }, { email: 'ada@example.com' }],
    'NDJSON',
  ],
];

const exports: readonly (readonly [name: string, header: string, row: string, contact: object | string])[] = [
  [
    'Mailchimp',
    '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,LEID,EUID,NOTES,TAGS',
    'ada@example.com,Ada,Lovelace,2,"2026-01-01 10:00:00",192.0.2.1,1,a,,"""x"""',
    { ...ada, last_name: 'Lovelace' },
  ],
  [
    'Mailchimp',
    '"Email Address","First Name",MEMBER_RATING,UNSUB_TIME,UNSUB_REASON,LEID',
    'ada@example.com,Ada,2,"2026-01-01 10:00:00",N/A,1',
    'line 2: unsubscribed',
  ],
  [
    'Mailchimp',
    '"Email Address","First Name",MEMBER_RATING,CLEAN_TIME,LEID',
    'ada@example.com,Ada,2,"2026-01-01 10:00:00",1',
    'line 2: bounced',
  ],
  [
    'HubSpot',
    'Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Unsubscribed from all email',
    '51,Ada,Lovelace,ada@example.com,,,,',
    { ...ada, last_name: 'Lovelace' },
  ],
  [
    'HubSpot',
    'Record ID,Email,Lead Status,Unsubscribed from all email',
    '51,ada@example.com,,true',
    'line 2: unsubscribed',
  ],
  [
    'Constant Contact',
    'Email address,First name,Last name,Email status,Email permission status,Email Lists,Created At',
    'ada@example.com,Ada,Lovelace,Active,Implicit,All,2026-01-01',
    { ...ada, last_name: 'Lovelace' },
  ],
  [
    'Constant Contact',
    'Email address,First name,Email status',
    'ada@example.com,Ada,Unsubscribed',
    'line 2: unsubscribed',
  ],
  [
    'iMIS',
    'iMIS Id,Full Name,First Name,Last Name,Email,Member Type',
    '1815,Ada Lovelace,Ada,Lovelace,ada@example.com,REG',
    { ...ada, last_name: 'Lovelace', external_id: '1815' },
  ],
  [
    'YourMembership',
    'WebsiteID,First Name,Last Name,Email Address,Member Type Code,Membership',
    '1815,Ada,Lovelace,ada@example.com,REG,Full',
    { ...ada, last_name: 'Lovelace', external_id: '1815' },
  ],
  [
    'Substack',
    'email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at',
    'ada@example.com,false,,other,false,2026-01-01T00:00:00Z,',
    { email: 'ada@example.com' },
  ],
  [
    'Substack',
    'email,active_subscription,expiry,plan,email_disabled,created_at',
    'ada@example.com,true,,other,true,2026-01-01T00:00:00Z',
    'line 2: unsubscribed',
  ],
  [
    'Ghost',
    'id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers',
    '1,ada@example.com,Ada,,true,false,,2026-01-01T00:00:00Z,,,',
    ada,
  ],
  [
    'Ghost',
    'id,email,name,note,subscribed_to_emails,complimentary_plan,labels',
    '1,ada@example.com,Ada,,false,false,',
    'line 2: unsubscribed',
  ],
  [
    'rasa.io',
    'Email,First Name,Last Name,External ID,Active,Subscribed,Unsubscribe Reason,Source',
    'ada@example.com,Ada,Lovelace,m-1,true,true,,API',
    { ...ada, last_name: 'Lovelace', external_id: 'm-1' },
  ],
  [
    'rasa.io',
    'Email,First Name,External ID,Active,Subscribed,Unsubscribe Reason',
    'ada@example.com,Ada,m-1,true,false,OneClickUnsubscribe',
    'line 2: unsubscribed',
  ],
];

describe('a file with', () => {
  for (const [title, bytes, rows, says, options] of oddities) {
    it(title, async () => {
      const found = await read(bytes, options);
      expect(found.rows).toEqual(rows);
      expect(found.description).toContain(says);
      expect(found.description).not.toContain('\n');
    });
  }

  it.each(exports)('an export of %s: %s', async (name, header, row, contact) => {
    const found = await read(`${header}\r\n${row}\r\n`);
    expect(found.description).toContain(`an export of ${name};`);
    expect(found.rows).toEqual([contact]);
  });

  it.each([
    ['nothing', '', 'The file is empty.'],
    ['a byte order mark alone', '\ufeff\n', 'The file is empty.'],
    [
      'no column with addresses',
      'Name,Phone\nAda,1\n',
      '--map \'Column=email\'. There are: "Name", "Phone".',
    ],
    [
      'an Excel workbook',
      'PK\x03\x04\x14\0\x06\0',
      'an Excel workbook or another ZIP archive. Save it as CSV.',
    ],
    ['a list that is compressed', Buffer.from([0x1f, 0x8b, 8]), 'compressed by gzip'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x65, 0, 0, 0]), 'in UTF-32'],
    ['a page with a table', '<table><tr><td>ada@example.com</td></tr></table>', 'HTML or XML'],
    ['a JSON array', '[{"email":"ada@example.com"},{"email":"zoe@example.com"}]', "jq -c '.[]'"],
    ['JSON on several lines', '{\n  "contacts": [{"email": "ada@example.com"}]\n}\n', 'JSON in one piece'],
    [
      'a first line that never ends',
      'email,'.repeat(50_000),
      'The first line has more than 262144 characters',
    ],
    ['two columns with addresses and no header', 'a@x.example,b@x.example\n', "--map 'Column=email'"],
    [
      'a quote that is never closed',
      'email,first_name\nada@example.com,Ada\nzoe@example.com,"Zoë\nbob@example.com,Bob\n',
      'A quote opens in line 3',
    ],
  ])('%s is refused', async (_title, bytes, words) => {
    await expect(read(bytes)).rejects.toThrow(words);
  });

  it('a mapped column that is not there is refused', async () => {
    await expect(read('email\na@example.com\n', { map: ['E-Mail=email'] })).rejects.toThrow(
      'No column is called "E-Mail". There are: "email".',
    );
    expect(readMapping(['Email'])).toEqual({
      is: 'fault',
      text: '--map: found "Email", wanted Column=field.',
    });
  });
});
