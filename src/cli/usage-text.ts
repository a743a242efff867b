import { visible } from './visible.ts';

const SUGGESTION = /(?:\n\(Did you mean [^\n]*\))?\n?$/;

/**
 * A message of Commander as it may be printed: without the value of an option that is unknown and without arguments that are
 * too many, which may be secrets, and with all that controls a terminal escaped.
 */
export function usageText(text: string): string {
  const suggestion = SUGGESTION.exec(text)?.[0] ?? '';
  const told = text
    .slice(0, text.length - suggestion.length)
    .replace(/^(error: unknown option '(?:--[^=]*|-[^-]))[\s\S]*'$/, "$1'")
    .replace(/^(error: too many arguments.*? but got \d+): [\s\S]*$/, '$1.');
  return `${visible(told)}${suggestion}`;
}
