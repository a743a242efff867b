import { ESCAPED, Readings } from './escapes.ts';

/** Shorter values, such as `demo`, are not secrets. */
const SHORTEST = 8;
const HIDDEN = '[redacted]';

/** Stands for text that was cut off. */
export const CUT = '…';

/** Characters that an escaped one takes at most. */
const LONGEST_ESCAPE = 12;

// A character as it is written in addresses, JSON and HTML.
function quoted(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  return String.raw`(?:\\*\x${hex}|%(?:25)*${hex}|\\+u00${hex}|&#(?:x${hex}|${code});)`;
}

/** Signatures of requests, and access tokens, which have known first bytes; also those of other clients. */
const PROOF = new RegExp(
  String.raw`(?:\bv2${quoted('.')}(?=\S{20})|(?:p0F2|qEF2)AkF0)(?:[\w+/%=\\-]|&#?\w+;)+`,
  'gi',
);

/** Credentials as a parameter: any value is taken out. */
const PARAMETER = new RegExp(
  String.raw`((?:auth|signature|token)${quoted('=')})["']?(?:[^\s"'<>&]|&#)+`,
  'gi',
);

/**
 * The text without secrets, in any escape. A secret that is cut off counts after eight characters and half of its length. The
 * text is cut after `most` characters.
 */
export function withoutSecrets(text: string, secrets: readonly (string | undefined)[], most: number): string {
  const found = withoutKnown(text, new Set(secrets), most);
  return found.replace(PROOF, HIDDEN).replace(PARAMETER, `$1${HIDDEN}`);
}

function withoutKnown(whole: string, secrets: ReadonlySet<string | undefined>, most: number): string {
  const values = [...secrets].filter((secret): secret is string => (secret ?? '').length >= SHORTEST);
  const longest = Math.max(0, ...values.map(({ length }) => length));
  const text = whole.slice(0, most + longest * LONGEST_ESCAPE);
  const end = Math.min(text.length, most);
  const cut = whole.length > most ? CUT : '';
  if (!ESCAPED.test(text) && !values.some((secret) => text.includes(beginningOf(secret))))
    return text.slice(0, end) + cut;
  const wanted = values.map((secret) => ({
    spellings: Array.from(secret, spellingsOf),
    least: Array.from(beginningOf(secret)).length,
  }));
  const readings = new Readings(text);
  let result = '';
  let rest = 0;
  for (let at = 0; at < end; at++) {
    const behind = Math.max(...wanted.map((secret) => endIn(readings, secret, at)));
    if (behind <= at) continue;
    result += text.slice(rest, at) + HIDDEN;
    rest = behind;
    at = behind - 1;
  }
  return result + text.slice(rest, end) + cut;
}

interface Wanted {
  /** For each character, the ways to spell it. */
  readonly spellings: readonly (readonly (readonly string[])[])[];
  readonly least: number;
}

/** The ways to spell a character: as itself, by its halves, or by its bytes, each read as a character. */
function spellingsOf(character: string): readonly (readonly string[])[] {
  const bytes = Array.from(new TextEncoder().encode(character), (byte) => String.fromCharCode(byte));
  return bytes.length === 1 ? [bytes] : [[character], character.split(''), bytes];
}

// The end of a secret that begins at a place, in full or cut off; else -1.
function endIn(readings: Readings, { spellings, least }: Wanted, start: number): number {
  let places: readonly number[] = [start];
  let cutAt = -1;
  for (const [count, character] of spellings.entries()) {
    if (count >= least) cutAt = places.find((place) => isCut(readings, place)) ?? cutAt;
    places = [...new Set(character.flatMap((spelling) => follow(readings, spelling, places)))];
    if (places.length === 0) return cutAt;
  }
  return Math.max(cutAt, ...places);
}

function follow(readings: Readings, spelling: readonly string[], from: readonly number[]): readonly number[] {
  let places = from;
  for (const one of spelling)
    places = places.flatMap((place) =>
      readings.at(place).flatMap(({ character, end }) => (character === one ? [end] : [])),
    );
  return places;
}

// A text that is not cut, and only begins like a secret, is another one.
function isCut({ text }: Readings, place: number): boolean {
  return place >= text.length || /^(…|\.{3})/.test(text.slice(place, place + 3));
}

// The part of a secret that counts when the rest is cut off.
function beginningOf(secret: string): string {
  return secret.slice(0, Math.max(SHORTEST, Math.ceil(secret.length / 2)));
}

const SLASH = quoted('/');
const ADDRESS = new RegExp(
  String.raw`(https?${quoted(':')}${SLASH}{2}[^\s"'<>/?#\\%&]+)[/?#\\%&][^\s"'<>]*`,
  'gi',
);
const PATH = new RegExp(String.raw`(${SLASH}(?:publish|signal|v\d))${SLASH}[^\s"'<>]+`, 'gi');

/**
 * The text with addresses cut short: proxies and runtimes repeat the address of a request, which holds keys, the token and,
 * on a GET publish, the message.
 */
export function hideAddresses(text: string): string {
  return text.replace(ADDRESS, `$1/${CUT}`).replace(PATH, `$1/${CUT}`);
}

/** Secrets of one kind that are remembered: answers under way may still quote them. */
const MOST = 16;

/** The secrets with a newer one. */
export function remembered(secrets: readonly string[], secret: string): readonly string[] {
  return secrets.at(-1) === secret
    ? secrets
    : [...secrets.filter((one) => one !== secret), secret].slice(-MOST);
}
