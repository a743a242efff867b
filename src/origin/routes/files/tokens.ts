const TOKEN_BYTES = 16;
const BYTE = 256;

/** Sixteen random bytes in hexadecimal. */
export function randomToken(random: () => number): string {
  const bytes = Array.from({ length: TOKEN_BYTES }, () => Math.floor(random() * BYTE));
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A random UUID of version 4. */
export function randomId(random: () => number): string {
  const groups = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/;
  return randomToken(random).replace(groups, '$1-$2-4$3-a$4-$5');
}
