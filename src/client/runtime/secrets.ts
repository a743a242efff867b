import { ESCAPED, Unescaped } from './escapes.ts';

/** Values of fewer characters, as `demo`, are no secrets. */
const SHORTEST = 8;
const HIDDEN = '[redacted]';

/** What stands where a text was cut. */
export const CUT = '…';

/** How many characters one of a secret takes at most, when it is escaped: what is cut off needs not be looked at further. */
const LONGEST_ESCAPE = 12;

/** Characters at the end of a secret that may be a part of an escape. */
const LONGEST_END = 10;

// A character as it stands in an address, in JSON and in HTML.
function quoted(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  return String.raw`(?:\\*\x${hex}|%(?:25)*${hex}|\\+u00${hex}|&#(?:x${hex}|${code});)`;
}

/** Signatures of requests, and access tokens by the bytes that they begin with, whosever they are. */
const PROOF = new RegExp(
  String.raw`(?:\bv2${quoted('.')}(?=\S{20})|(?:p0F2|qEF2)AkF0)(?:[\w+/%=\\-]|&#?\w+;)+`,
  'gi',
);

/** What proves who asks, as a parameter: its value is taken out whatever it is. */
const PARAMETER = new RegExp(
  String.raw`((?:auth|signature|token)${quoted('=')})["']?(?:[^\s"'<>&]|&#)+`,
  'gi',
);

/**
 * The text with every secret taken out, however it is escaped, and also where only its beginning is left: eight characters
 * of it, and half of them all. Goes no further than so many characters.
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

/** What is looked for in texts in which it may stand escaped, or cut short. */
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

  /** Where it ends in a text in which it begins at a place; -1 where it does not begin there. */
  endIn(text: Unescaped, start: number): number {
    if (!text.from(start, 1).characters.startsWith(this.#characters.charAt(0))) return -1;
    const { characters, places } = text.from(start, this.#characters.length);
    let same = 1;
    while (same < characters.length && characters[same] === this.#characters[same]) same++;
    if (same === this.#characters.length) return places[same] ?? -1;
    for (let count = same; count > Math.max(0, same - LONGEST_END); count--) {
      const end = this.#endAfter(text, places[count] ?? 0, this.#places[count] ?? 0);
      if (end > 0) return end;
    }
    return -1;
  }

  // Where the rest of it ends, or is cut off. An escape in it, or what looks like one, may read as something else together
  // with what follows, or when a part of it is missing: such a rest is read by itself.
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

// Where a text only begins like a secret, it is another one.
function isCut({ text }: Unescaped, place: number): boolean {
  return place >= text.length || /^(…|\.{3})/.test(text.slice(place, place + 3));
}

// Of a secret that was cut off, so much tells of it.
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
 * The text with addresses cut short: proxies and runtimes repeat the one that was asked for, which holds keys, the token
 * and, on a GET publish, the message.
 */
export function hideAddresses(text: string): string {
  return text.replace(ADDRESS, `$1/${CUT}`).replace(PATH, `$1/${CUT}`);
}

/** Secrets of one kind that are remembered: as many as answers under way may still quote. */
const MOST = 16;

/** The secrets with one more, which is the newest. */
export function remembered(secrets: readonly string[], secret: string): readonly string[] {
  return secrets.at(-1) === secret
    ? secrets
    : [...secrets.filter((one) => one !== secret), secret].slice(-MOST);
}
