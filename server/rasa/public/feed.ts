import type { TopArticle } from './articles.ts';

/**
 * The items of an RSS 2.0 feed that have a title and an http link. Reads this one format and no XML in
 * general: no document type, so that no entity can be declared, and nothing is fetched.
 */
export function readFeed(xml: string): readonly TopArticle[] {
  return [...xml.matchAll(/<item[\s>].*?<\/item>/gs)].flatMap(([item]) => {
    const [title, url] = [textIn(item, 'title'), textIn(item, 'link')];
    if (title === undefined || url === undefined || !/^https?:\/\//i.test(url)) return [];
    return [
      {
        title,
        url,
        description: textIn(item, 'description'),
        image_url: imageIn(item),
        published: dateIn(textIn(item, 'pubDate')),
      },
    ];
  });
}

function textIn(item: string, name: string): string | undefined {
  const [, inner = ''] = new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, 's').exec(item) ?? [];
  const text = inner
    .split(/(<!\[CDATA\[.*?\]\]>)/s)
    .map((part) => /^<!\[CDATA\[(.*)\]\]>$/s.exec(part)?.[1] ?? decoded(part))
    .join('')
    .trim();
  return text === '' ? undefined : text;
}

function imageIn(item: string): string | undefined {
  const [, tag = ''] = /<(?:enclosure|media:(?:content|thumbnail))\s([^>]*)>/.exec(item) ?? [];
  const [, , url = ''] = /\burl=(["'])(.*?)\1/.exec(tag) ?? [];
  return /^https?:\/\//i.test(url) ? decoded(url) : undefined;
}

/** The date of RFC 822, which always has a zone. */
function dateIn(text = ''): Date | undefined {
  const date = new Date(text);
  return / (?:Z|[A-Z]{2,3}|[+-]\d{4})$/.test(text) && !Number.isNaN(date.getTime()) ? date : undefined;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The five entities of XML, and characters by number. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    const code = Number(decimal ?? `0x${String(hex)}`);
    if (decimal !== undefined || hex !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : '';
    return named[String(name)] ?? whole;
  });
}
