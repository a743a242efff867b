import fc from 'fast-check';

/** How somebody on the way may quote a text. */
export type Quote = (text: string) => string;

const utf8 = new TextEncoder();

function percent(text: string, hex: (digits: string) => string = (digits) => digits): string {
  return Array.from(utf8.encode(text), (byte) => `%${hex(byte.toString(16).padStart(2, '0'))}`).join('');
}

function unit(character: string, digits: (hex: string) => string = (hex) => hex): string {
  return character
    .split('')
    .map((half) => `\\u${digits(half.charCodeAt(0).toString(16).padStart(4, '0'))}`)
    .join('');
}

const upper = (text: string) => text.toUpperCase();
const json: Quote = (text) => JSON.stringify(text).slice(1, -1);
const ascii: Quote = (text) => json(text).replace(/[^ -~]/g, (one) => unit(one));
const ENTITIES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};
const html: Quote = (text) => text.replace(/[&<>"']/g, (one) => `&${ENTITIES[one]};`);
const each =
  (quote: Quote): Quote =>
  (text) =>
    Array.from(text, quote).join('');
const code = (one: string) => one.codePointAt(0) ?? 0;

/** Every way in which servers, proxies and runtimes are known to quote. */
export const QUOTES = {
  raw: (text) => text,
  component: encodeURIComponent,
  'component, lower case': (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase()),
  'all percent': (text) => percent(text, upper),
  'all percent, lower case': (text) => percent(text),
  'percent twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'percent three times': (text) => encodeURIComponent(encodeURIComponent(encodeURIComponent(text))),
  form: (text) => new URLSearchParams([['', text]]).toString().slice(1),
  json,
  'json, ASCII': ascii,
  'json, upper case': (text) => json(text).replace(/[^ -~]/g, (one) => unit(one, upper)),
  'json, all escaped': each((one) => unit(one)),
  'json, slashes': (text) => json(text).replaceAll('/', '\\/'),
  'json in json': (text) => json(ascii(text)),
  'json in json in json': (text) => json(json(json(text))),
  html,
  'html, decimal': each((one) => (/\w/.test(one) ? one : `&#${code(one)};`)),
  'html, hexadecimal': each((one) => `&#x${code(one).toString(16)};`),
  'html, upper case': each((one) => `&#X00${code(one).toString(16).toUpperCase()};`),
  'json in an address': (text) => encodeURIComponent(ascii(text)),
  'an address in json': (text) => ascii(encodeURIComponent(text)).replaceAll('%', '\\u0025'),
  'html in an address': (text) => encodeURIComponent(html(text)),
  'json in html': (text) => html(ascii(text)),
  'html in json': (text) => json(html(text)).replaceAll('&', '\\u0026'),
  'an address in html': (text) => encodeURIComponent(text).replaceAll('%', '&#37;'),
} as const satisfies Readonly<Record<string, Quote>>;

const OF_ONE: readonly Quote[] = [
  (one) => one,
  (one) => one,
  encodeURIComponent,
  (one) => percent(one),
  (one) => encodeURIComponent(percent(one)),
  (one) => unit(one),
  (one) => `\\${unit(one, upper)}`,
  (one) => json(one),
  (one) => `&#${code(one)};`,
  (one) => `&#x${code(one).toString(16)};`,
  html,
  (one) => (one === ' ' ? '+' : one),
  (one) => (one === '/' ? '\\/' : one),
];

/** Each character in another way, which the numbers choose. */
export function mixed(text: string, choices: readonly number[]): string {
  return Array.from(text, (one, index) => {
    const choice = choices[index % choices.length] ?? 0;
    // Behind one of these a character of its own would be another one.
    return (OF_ONE[choice % OF_ONE.length] ?? OF_ONE[0])?.(one);
  }).join('');
}

const CHARACTERS = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abcdefXYZ0123456789-_.~') },
  { weight: 3, arbitrary: fc.constantFrom(...'%\\&+/"\'<>=?#; ,:@![]{}()|^`$*') },
  { weight: 2, arbitrary: fc.constantFrom('ä', 'Ö', 'ß', 'é', '漢', '🔑', '👩', '\u00a0', 'ﬀ', '\n', '\t') },
);

/** Secrets of all kinds of characters. What is too plain, as eight spaces, stands in any text. */
export const SECRETS = fc
  .array(CHARACTERS, { minLength: 8, maxLength: 40 })
  .map((characters) => characters.join(''))
  .filter((text) => new Set(text).size >= 6 && text.trim() === text);

/** Secrets that can be keys. */
export const KEYS = fc
  .array(fc.constantFrom(...'abcdefghijXYZ0123456789-_'), { minLength: 8, maxLength: 42 })
  .map((characters) => characters.join(''))
  .filter((text) => new Set(text).size >= 6);
