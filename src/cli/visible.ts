import { deepJson } from './deep-json.ts';

// C0, DEL, C1; marks and overrides of writing direction; separators that break lines.
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/**
 * Escapes the characters that control a terminal or disguise text, as `\u001b`. The messages of other users must not move
 * the cursor, set a title or paste into the shell.
 */
export function visible(text: string): string {
  return text.toWellFormed().replace(UNSAFE, escaped);
}

/** One line of JSON. The escapes do not change the value. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}

/** A value as JSON that is safe to print. */
export function jsonText(value: unknown): string {
  // JSON itself escapes the C0 characters and lone surrogates within strings; the rest can only stand in strings.
  return jsonOf(value).replace(UNSAFE, escaped);
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (error instanceof RangeError) return deepJson(value);
    throw error;
  }
}
