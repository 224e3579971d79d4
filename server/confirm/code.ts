import { randomInt, timingSafeEqual } from 'node:crypto';

/** Six digits, for a mail and the form that waits. */
export function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}

/** @param right `undefined`: nothing is right. */
export function isRightCode(given: string, right: string | undefined): boolean {
  if (right === undefined) return false;
  const [typed, wanted] = [digitsIn(given), right].map((text) => Buffer.from(text));
  return typed?.length === wanted?.length && timingSafeEqual(typed ?? Buffer.of(), wanted ?? Buffer.of());
}

/** Digits of any script, with anything between them: keyboards and what is pasted differ. */
function digitsIn(code: string): string {
  return Array.from(code.normalize('NFKC'), (sign) => {
    const zero = zeros.find((first) => sign >= first && sign.charCodeAt(0) < first.charCodeAt(0) + 10);
    return zero === undefined ? '' : String(sign.charCodeAt(0) - zero.charCodeAt(0));
  }).join('');
}

/** Western, Arabic, Persian, Devanagari, Bengali and Thai. */
const zeros = ['0', '\u0660', '\u06f0', '\u0966', '\u09e6', '\u0e50'];
