import { svg, type TemplateResult } from 'lit';

const paths = {
  undo: 'M5 8h7.5a4.25 4.25 0 0 1 0 8.5H9M8 4.5 4.5 8 8 11.5',
  redo: 'M15 8H7.500a4.25 4.25 0 0 0 0 8.5H11M12 4.5 15.5 8 12 11.5',
  link: 'M8.5 11.500a3 3 0 0 0 4.25 0l2.5-2.500a3 3 0 0 0-4.25-4.250l-1 1M11.5 8.500a3 3 0 0 0-4.25 0l-2.5 2.500a3 3 0 0 0 4.25 4.250l1-1',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  computer: 'M3 4.500h14v9H3zM10 13.500V17M7 17h6',
  phone: 'M6 2.500h8v15H6zM9.5 15h1',
  down: 'm6 8 4 4 4-4',
  up: 'm6 12 4-4 4 4',
  copy: 'M7 7h9.500v9.500H7zM4 13V4h9',
  tick: 'm4.5 10.5 3.5 3.5 7.5-8',
  close: 'm5 5 10 10M15 5 5 15',
  alert: 'M10 3.5 17.5 16.500h-15zM10 8.500v3.500M10 14.300v.01',
} as const;

/** An icon of 20 px. A word stands beside it, or is the label of its button. */
export function icon(name: keyof typeof paths): TemplateResult {
  return svg`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d=${paths[name]} /></svg>`;
}
