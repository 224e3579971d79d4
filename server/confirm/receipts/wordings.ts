import { hash } from 'node:crypto';
import type { AskedField, FormDefinition } from '../../../shared/form.ts';
import type { Messages } from '../../../shared/messages/messages.ts';
import type { Form } from '../../forms/forms.ts';
import { sameSql, type Database } from '../../store/database.ts';
import { consentTexts as table } from '../../store/schema/receipts.ts';

/** What a visitor was told: the texts of the form and of its mail, in one language. */
export interface Wording {
  readonly form: string;
  /** BCP 47. */
  readonly lang: string;
  readonly title: string;
  readonly intro?: string;
  readonly fields: readonly WordedField[];
  /** Absent where only the mail of the form was seen. */
  readonly submit?: string;
  /** Of the confirmation mail, where the form sends one. */
  readonly mail?: {
    readonly subject: string;
    readonly why: string;
    readonly own?: string;
    readonly yes: string;
  };
}

export interface WordedField {
  readonly name: string;
  readonly type: AskedField['type'];
  readonly label: string;
  readonly required: boolean;
  readonly help?: string;
  readonly link?: { readonly label: string; readonly href: string };
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

/**
 * Keeps what forms say, once for each version and language, by the SHA-256 of its JSON. That is the form's
 * version, too: another text is another hash.
 */
export class Wordings {
  readonly #database: Pick<Database, 'write'>;
  /** Of definitions that are kept. A form that is replaced has new ones. */
  readonly #kept = new WeakMap<FormDefinition, Promise<string>>();
  readonly #keptMails = new WeakMap<FormDefinition, Promise<string>>();

  constructor({ database }: { readonly database: Pick<Database, 'write'> }) {
    this.#database = database;
  }

  /** The hash of what the form says. Resolves once it is kept, and rejects as `Database.write` does. */
  hashOf(form: Form, words: Messages): Promise<string> {
    return this.#hashOf(this.#kept, form, words, wordingOf);
  }

  /** The same of its mail alone, for who has not seen the form. */
  hashOfMail(form: Form, words: Messages): Promise<string> {
    return this.#hashOf(this.#keptMails, form, words, mailWordingOf);
  }

  #hashOf(
    kept: WeakMap<FormDefinition, Promise<string>>,
    form: Form,
    words: Messages,
    wording: (form: Form, words: Messages) => Wording,
  ): Promise<string> {
    const definition = form.definitionIn(words);
    const known = kept.get(definition);
    if (known) return known;
    const keeping = this.#keep(JSON.stringify(wording(form, words)));
    kept.set(definition, keeping);
    keeping.catch(() => kept.delete(definition));
    return keeping;
  }

  async #keep(body: string): Promise<string> {
    const id = hash('sha256', body, 'hex');
    await this.#database.write([{ into: table, rows: [{ id, body }], ifNew: true }]);
    return id;
  }
}

export async function readWordings(
  database: Pick<Database, 'read'>,
  ids: readonly string[],
): Promise<Map<string, Wording>> {
  if (ids.length === 0) return new Map();
  const rows = await database.read({
    sql: sameSql(`select id, body from ${table.name} where id in (${ids.map(() => '?').join(', ')})`),
    params: ids,
  });
  return new Map(rows.map((row) => [String(row['id']), JSON.parse(String(row['body'])) as Wording]));
}

function wordingOf(form: Form, words: Messages): Wording {
  const { id, lang, title, intro, texts, fields } = form.definitionIn(words);
  return {
    form: id,
    lang,
    title,
    ...(intro !== undefined && { intro }),
    fields: fields.flatMap((field) => (field.type === 'hidden' ? [] : [wordedField(field)])),
    submit: texts.submit,
    ...(form.confirm !== 'never' && { mail: wordedMail(form, words) }),
  };
}

function mailWordingOf(form: Form, words: Messages): Wording {
  const { id, lang, title, intro } = form.definitionIn(words);
  const mail = wordedMail(form, words);
  return { form: id, lang, title, ...(intro !== undefined && { intro }), fields: [], mail };
}

function wordedMail(form: Form, words: Messages): NonNullable<Wording['mail']> {
  const { title } = form.definitionIn(words);
  const { subject, why, yes } = words.doubleOptIn;
  const own = form.confirmMailIn(words);
  const titled = (text: string) => text.replace('{title}', () => title);
  return { subject: titled(subject), why: titled(why), ...(own !== undefined && { own }), yes };
}

function wordedField(field: AskedField): WordedField {
  const { name, type, label, required, help } = field;
  return {
    name,
    type,
    label,
    required,
    ...(help !== undefined && { help }),
    ...(field.type === 'checkbox' && field.link && { link: field.link }),
    ...('options' in field && { options: field.options }),
  };
}
