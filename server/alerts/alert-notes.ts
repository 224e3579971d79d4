import type { Alert } from './causes.ts';
import type { Note } from './notes.ts';

interface NoteOptions {
  readonly nowMs: number;
  /** Of the operator page. */
  readonly page?: string | undefined;
}

/** Something is wrong now. */
export function beganNote({ id, what, remedy, count }: Alert, { nowMs, page }: NoteOptions): Note {
  const data = { ...partsOf(id), ...(count !== undefined && { count }), remedy, since: isoOf(nowMs) };
  return { type: 'alert.began', atMs: nowMs, title: what, lines: [remedy, ...linesOf(page)], data };
}

/** It was told before; `more`: by how many there are more now, 0 or less where it has only gone on. */
export function goesOnNote(
  { id, what, remedy, count }: Alert,
  { nowMs, page, beganMs, more }: NoteOptions & { readonly beganMs: number; readonly more: number },
): Note {
  const isMore = count !== undefined && more > 0;
  const title = isMore ? `${what} (${more.toLocaleString('en')} more than you were told)` : `Still: ${what}`;
  const data = {
    ...partsOf(id),
    ...(count !== undefined && { count }),
    ...(isMore && { more }),
    remedy,
    since: isoOf(beganMs),
  };
  const lines = [remedy, beganLine(beganMs), ...linesOf(page)];
  return { type: 'alert.goes_on', atMs: nowMs, title, lines, data };
}

/** It is well again. */
export function overNote(
  { id, what, beganMs }: { readonly id: string; readonly what: string; readonly beganMs: number },
  nowMs: number,
): Note {
  const data = { ...partsOf(id), since: isoOf(beganMs), until: isoOf(nowMs) };
  return { type: 'alert.over', atMs: nowMs, title: `Over: ${what}`, lines: [beganLine(beganMs)], data };
}

function linesOf(page: string | undefined): readonly string[] {
  return page === undefined ? [] : [`Operator page: ${page}`];
}

function beganLine(beganMs: number): string {
  return `It began on ${isoOf(beganMs).slice(0, 16).replace('T', ' at ')} UTC.`;
}

/** `about`: an account, or the code of dead letters. */
function partsOf(id: string): { readonly cause: string; readonly about?: string } {
  const [cause = '', ...rest] = id.split(' ');
  return rest.length === 0 ? { cause } : { cause, about: rest.join(' ') };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
