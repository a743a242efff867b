// `node:sqlite` of Node 22 reads text up to its first NUL, and SQLite's UTF-8 has no lone surrogates: two different names
// would become one. A text that has any of these is written with marks: each is the mark and four hexadecimal digits.
const MARK = '\ufffe';
const NUL = '\0';
const DIGITS = 4;
const HEXADECIMAL = 16;
const SPECIAL = /\p{Cc}|\p{Surrogate}|\ufffe/gu;
const MARKED = /\ufffe([0-9a-f]{4})/g;

/** A text as the file can hold it: different texts stay different. */
export function toFile(text: string): string {
  if (text.isWellFormed() && !text.includes(NUL) && !text.includes(MARK)) return text;
  return text.replace(
    SPECIAL,
    (unit) => MARK + unit.charCodeAt(0).toString(HEXADECIMAL).padStart(DIGITS, '0'),
  );
}

/** The text that the file holds. */
export function fromFile(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replace(MARKED, (_, code: string) => String.fromCharCode(Number.parseInt(code, HEXADECIMAL)));
}
