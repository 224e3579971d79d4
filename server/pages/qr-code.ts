import encodeQr from 'qr';
import { html, renderDocument } from './document.ts';

/**
 * Blank modules around a code (ISO/IEC 18004 5.3.8). Without them scanners do not find it on a dark poster.
 */
const quietZone = 4;

/**
 * A QR code as a standalone SVG image for print: black on white on any background, sharp at any size. It
 * stays readable with 15 % of it lost. Throws if the text is longer than 2,331 bytes.
 */
export function renderQrCode(text: string): string {
  const rows = encodeQr(text, 'raw', { ecc: 'medium', border: quietZone });
  return renderDocument(
    html`<svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox=${`0 0 ${rows.length} ${rows.length}`}
      width="512"
      height="512"
      shape-rendering="crispEdges"
    >
      <title>${text}</title>
      <path fill="#fff" d=${`M0 0h${rows.length}v${rows.length}H0z`} />
      <path d=${rows.map(outlineRow).join('')} />
    </svg>`,
  );
}

/** Joins adjacent modules of a row into one rectangle, so that no hairline shows between them. */
function outlineRow(row: readonly boolean[], y: number): string {
  const runs = row
    .map((dark) => (dark ? '1' : '0'))
    .join('')
    .matchAll(/1+/g);
  return [...runs].map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`).join('');
}
