import { ESCAPES, EscapedText } from './escapes.ts';

/** Values of fewer characters, as `demo`, are no secrets. */
const SHORTEST = 8;
const HIDDEN = '[redacted]';

/** What stands where a text was cut. */
export const CUT = '…';

/** How many characters one of a secret takes at most, when it is escaped: what is cut off needs not be looked at further. */
const LONGEST_ESCAPE = 12;

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
  const begins = new Set(values.map((secret) => secret.charCodeAt(0)));
  const mayHold =
    /[%\\&+]/.test(text) || values.some((secret) => text.includes(secret.slice(0, leastOf(secret))));
  if (!mayHold) return text.slice(0, end) + cut;
  const escaped = new EscapedText(text);
  let result = '';
  let rest = 0;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!begins.has(code) && !ESCAPES.has(code)) continue;
    const behind = Math.max(...values.map((secret) => escaped.endOf(secret, at, leastOf(secret))));
    if (behind <= at) continue;
    result += text.slice(rest, at) + HIDDEN;
    rest = behind;
    at = behind - 1;
  }
  return result + text.slice(rest, end) + cut;
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
