import { ESCAPES, EscapedText } from './escapes.ts';

/** Shorter values, such as `demo`, are not secret. */
const SHORTEST = 8;
const HIDDEN = '[redacted]';

/** The mark of a shortened text. */
export const CUT = '…';

/** The largest number of characters that one escaped character takes. */
const LONGEST_ESCAPE = 12;

// A character as it stands in an address, in JSON and in HTML.
function quoted(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  return String.raw`(?:\\*\x${hex}|%(?:25)*${hex}|\\+u00${hex}|&#(?:x${hex}|${code});)`;
}

/** Signatures of requests, and access tokens by their first bytes. */
const PROOF = new RegExp(
  String.raw`(?:\bv2${quoted('.')}(?=\S{20})|(?:p0F2|qEF2)AkF0)(?:[\w+/%=\\-]|&#?\w+;)+`,
  'gi',
);

/** Credentials as a parameter: any value is removed. */
const PARAMETER = new RegExp(
  String.raw`((?:auth|signature|token)${quoted('=')})["']?(?:[^\s"'<>&]|&#)+`,
  'gi',
);

/**
 * The text without secrets, however they are escaped, and without their beginnings of at least eight characters and half
 * the length. The result covers at most `most` characters of the text.
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

// The shortest beginning of a secret that is removed.
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
 * The text with addresses shortened: proxies and runtimes repeat the requested address, which holds keys, the token and, on
 * a GET publish, the message.
 */
export function hideAddresses(text: string): string {
  return text.replace(ADDRESS, `$1/${CUT}`).replace(PATH, `$1/${CUT}`);
}

/** The number of remembered secrets of one kind: answers in flight may still quote earlier ones. */
const MOST = 16;

/** The secrets with a new one at the end. */
export function remembered(secrets: readonly string[], secret: string): readonly string[] {
  return secrets.at(-1) === secret
    ? secrets
    : [...secrets.filter((one) => one !== secret), secret].slice(-MOST);
}
