import { ESCAPED, Unescaped } from './escapes.ts';

/** Shorter values, such as `demo`, are not secrets. */
const SHORTEST = 8;
const HIDDEN = '[redacted]';

/** Replaces what was cut off. */
export const CUT = '…';

/** Characters that an escaped one takes at most. */
const LONGEST_ESCAPE = 12;

/** Characters at the end of a secret that may be a part of an escape. */
const LONGEST_END = 10;

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
 * The text without secrets, however they are escaped, and also if they are cut off after at least eight characters and half
 * of them. It is cut after so many characters.
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
  const mayHold =
    ESCAPED.test(text) || values.some((secret) => text.includes(secret.slice(0, leastOf(secret))));
  if (!mayHold) return text.slice(0, end) + cut;
  const unescaped = new Unescaped(text);
  const wanted = values.map((secret) => new Secret(secret));
  let result = '';
  let rest = 0;
  for (let at = 0; at < end; at++) {
    const behind = Math.max(...wanted.map((secret) => secret.endIn(unescaped, at)));
    if (behind <= at) continue;
    result += text.slice(rest, at) + HIDDEN;
    rest = behind;
    at = behind - 1;
  }
  return result + text.slice(rest, end) + cut;
}

/** A secret, which a text may hold escaped or cut off. */
class Secret {
  readonly #value: string;
  readonly #characters: string;
  readonly #places: readonly number[];

  constructor(value: string) {
    this.#value = value;
    const { characters, places } = new Unescaped(value).from(0, value.length);
    this.#characters = characters;
    this.#places = places;
  }

  /** Where it ends in a text, if it begins at a place there; else -1. */
  endIn(text: Unescaped, start: number): number {
    const places = text.follow(this.#characters, start);
    const same = places.length - 1;
    if (same === this.#characters.length) return places[same] ?? -1;
    for (let count = same; count > Math.max(0, same - LONGEST_END); count--) {
      const end = this.#endAfter(text, places[count] ?? 0, this.#places[count] ?? 0);
      if (end > 0) return end;
    }
    return -1;
  }

  // Where its rest ends, or is cut off. A rest that begins like an escape may be read in another way together with the text
  // behind it, or without its missing part: it is read by itself.
  #endAfter(text: Unescaped, place: number, from: number): number {
    const least = leastOf(this.#value);
    if (from >= least && isCut(text, place)) return place;
    if (!ESCAPED.test(this.#value.charAt(from)) || from + LONGEST_END < least) return -1;
    const rests = new Set<string>();
    for (let to = Math.max(least, from + 1); to <= from + LONGEST_END; to++)
      rests.add(read(this.#value.slice(from, to)));
    for (let end = place + LONGEST_END * LONGEST_ESCAPE; end > place; end--)
      if (rests.has(read(text.text.slice(place, end)))) return Math.min(end, text.text.length);
    return -1;
  }
}

function read(text: string): string {
  return new Unescaped(text).from(0, text.length).characters;
}

// A text that is not cut, and only begins like a secret, is another one.
function isCut({ text }: Unescaped, place: number): boolean {
  return place >= text.length || /^(…|\.{3})/.test(text.slice(place, place + 3));
}

// Characters after which a secret that is cut off counts.
function leastOf({ length }: string): number {
  return Math.max(SHORTEST, Math.ceil(length / 2));
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
