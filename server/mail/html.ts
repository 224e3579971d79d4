/** HTML of a mail. Only `mailHtml` makes it, so that every value in it is escaped or is such HTML itself. */
export class MailHtml {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Mail programs want plain HTML: the markers of the pages' templates would be in the way there. */
export function mailHtml(
  texts: TemplateStringsArray,
  ...values: readonly (string | MailHtml | undefined)[]
): MailHtml {
  const parts = texts.map((text, index) => {
    const value = values[index] ?? '';
    return text + (typeof value === 'string' ? escaped(value) : value.toString());
  });
  return new MailHtml(parts.join(''));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? '');
}
