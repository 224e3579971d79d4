/** Uses no `Array.from`, which Prototype.js and MooTools replace by functions of their own. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
