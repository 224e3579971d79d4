import { startsWith } from './encoding.ts';

const signatures: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'an Excel workbook or another ZIP archive'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an Excel workbook of the old kind'],
  [[0x1f, 0x8b], 'compressed by gzip'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0xff, 0xfe, 0x00, 0x00], 'in UTF-32'],
  [[0x00, 0x00, 0xfe, 0xff], 'in UTF-32'],
];

/** Why a file is no list, by its first bytes; `undefined` for what may be text. */
export function otherKindOf(head: Uint8Array): string | undefined {
  const what = signatures.find(([bytes]) => startsWith(head, ...bytes))?.[1];
  return what === undefined ? undefined : `The file is ${what}. Save it as CSV.`;
}

/** The same for texts that are not NDJSON. */
export function otherTextOf(head: string): string | undefined {
  const text = head.trimStart();
  if (/^<(!doctype|!--|\?xml|html|head|body|table)/i.test(text))
    return 'The file is HTML or XML. Save it as CSV.';
  return /^(\[\s*[{[\]]|\{\s*\n)/.test(text)
    ? "The file is JSON in one piece. Wanted one object a line: jq -c '.[]' makes it of an array."
    : undefined;
}
