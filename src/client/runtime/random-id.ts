const WORD = 2 ** 32;

/** A random UUID (version 4) made of the given source of randomness. It identifies a request and guards nothing. */
export function randomId(random: () => number): string {
  const a = hex(random);
  const b = hex(random);
  const c = hex(random);
  const d = hex(random);
  const variant = '89ab'.charAt(Number.parseInt(c.charAt(0), 16) & 3);
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

function hex(random: () => number): string {
  return Math.floor(random() * WORD)
    .toString(16)
    .padStart(8, '0');
}
