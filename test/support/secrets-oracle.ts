/** How many times something may be escaped. */
const DEEPEST = 4;

type Decoder = (text: string) => string;

const bytes = new TextDecoder();

const percent: Decoder = (text) =>
  text.replace(/(?:%[\da-f]{2})+/gi, (run) =>
    bytes.decode(Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))),
  );

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

const backslashes: Decoder = (text) =>
  text.replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|([^ux]))/gi, (_all, four, two, one: string | undefined) =>
    one === undefined ? String.fromCharCode(Number.parseInt(four ?? two, 16)) : (CONTROLS[one] ?? one),
  );

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const entities: Decoder = (text) =>
  text.replace(/&(?:#x([\da-f]{1,8})|#(\d{1,8})|(amp|lt|gt|quot|apos));/gi, (all, hex, decimal, name) => {
    if (name) return NAMED[name] ?? all;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });

const pluses: Decoder = (text) => text.replaceAll('+', ' ');

const everything: Decoder = (text) => entities(backslashes(percent(text)));

/** The text as anybody might read it: each kind of escape undone or not, in every order, again and again. */
export function readings(text: string): ReadonlySet<string> {
  const found = new Set([text]);
  let last = [text];
  for (let depth = 0; depth < DEEPEST && last.length > 0; depth++) {
    const next: string[] = [];
    for (const one of last)
      for (const decode of [percent, backslashes, entities, pluses, everything]) {
        const decoded = decode(one);
        if (!found.has(decoded)) next.push(decoded);
        found.add(decoded);
      }
    last = next;
  }
  return found;
}

/** What may not stand in a text: the secret, and every part of it that is long enough to be of use. */
export function partsOf(secret: string): readonly string[] {
  const length = Math.max(8, Math.ceil(secret.length / 2));
  const parts = [secret];
  for (let start = 0; start + length <= secret.length; start++)
    parts.push(secret.slice(start, start + length));
  // What is as plain as this stands in any text.
  return parts.filter((part) => new Set(part).size >= 5);
}

/** The parts of a secret that somebody could read in a text. */
export function toldOf(secret: string, text: string): readonly string[] {
  const parts = partsOf(secret);
  return [...readings(text)].flatMap((reading) => parts.filter((part) => reading.includes(part)));
}
