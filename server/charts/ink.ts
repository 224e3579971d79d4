import type { Tone } from './chart.ts';

/** On a light ground, for programs that read no style sheets. `renderPicture` has the others. */
const colours = {
  ground: '#ffffff',
  ink: '#191e1c',
  quiet: '#565f5b',
  grid: '#e0ddd4',
  edge: '#7d837f',
  gap: '#efede7',
  blue: '#2a5db0',
  amber: '#a86c00',
  grey: '#7d837f',
  green: '#0b6b4d',
  red: '#a8242b',
} as const;

/** Elements name theirs by a class too, such as `fill-blue`, so that a style sheet can replace it. */
export type Colour = keyof typeof colours;

export function lightOf(colour: Colour): string {
  return colours[colour];
}

/** Lines of different series differ in their dashes too. */
export const dashes: Readonly<Record<Tone, string>> = {
  blue: 'none',
  green: 'none',
  red: 'none',
  amber: '7 4',
  grey: '2 4',
};

export const textSize = 14;
export const fonts = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Extended_Pictographic}/u;

/** About how wide a text is drawn, rather too wide than too narrow: there is no browser to ask. In px. */
export function widthOf(text: string, size = textSize): number {
  let ems = 0;
  for (const char of text) {
    if (wide.test(char)) ems += 1.05;
    else if (/[ .,:;'’|!ijlftrI()-]/.test(char)) ems += 0.39;
    else if (/[mwMW@%—…]/.test(char)) ems += 0.95;
    else if (/[A-Z0-9]/.test(char)) ems += 0.68;
    else ems += 0.61;
  }
  return ems * size;
}

/** The text, with `…` for what has no room. */
export function fitted(text: string, width: number, size = textSize): string {
  if (widthOf(text, size) <= width) return text;
  let room = width - widthOf('…', size);
  let kept = '';
  for (const char of text) {
    room -= widthOf(char, size);
    if (room < 0) break;
    kept += char;
  }
  return `${kept.trimEnd()}…`;
}

/** Lines that have room. */
export function wrapped(text: string, width: number, size = textSize): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && widthOf(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(fitted(word, width, size));
  }
  return lines;
}

/** Without characters that no XML may have, and in one line. */
export function drawable(text: string): string {
  return Buffer.from(text)
    .toString()
    .replaceAll(/[\u0000-\u001f\u007f\ufffe\uffff]+/g, ' ')
    .trim();
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export function numberText(value: number): string {
  return whole.format(value);
}

/** For axes: `1.2M` for a million and more. */
export function tickText(value: number, unit: 'count' | 'percent'): string {
  const text = Math.abs(value) >= 1_000_000 ? short.format(value) : whole.format(value);
  return unit === 'percent' ? `${text} %` : text;
}
