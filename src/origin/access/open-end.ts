import { PRESENCE_SUFFIX } from '../../protocol/names.ts';
import { TOKENS } from './pattern-tokens.ts';

/** The end of a pattern that matches any text. */
export interface OpenEnd {
  /** The characters that the end takes at least: 0 for `.*`, 1 for `.+`. */
  readonly least: 0 | 1;
  /** The text that the pattern requires after it. */
  readonly suffix: '' | typeof PRESENCE_SUFFIX;
}

// Assertions look at the text after them, and quoting changes the meaning of what follows: with one of them, what
// matches a prefix need not match a longer text.
const ASSERTIONS = new Set(['$', '\\b', '\\B', '\\z', '\\Z', '\\Q']);
const ANY = new Map<string | undefined, OpenEnd['least']>([
  ['*', 0],
  ['+', 1],
]);

/**
 * The unrestricted end of a pattern; `undefined` if it has none: it must end in `.*` or `.+`, before a `$` and the
 * presence suffix if there are any, and without alternatives that are outside of groups.
 */
export function openEndOf(text: string): OpenEnd | undefined {
  const tokens = Array.from(text.matchAll(TOKENS), ([token]) => token);
  if (tokens.at(-1) === '$') tokens.pop();
  const suffix = tokens.slice(-PRESENCE_SUFFIX.length).join('') === PRESENCE_SUFFIX ? PRESENCE_SUFFIX : '';
  if (suffix !== '') tokens.length -= PRESENCE_SUFFIX.length;
  const least = ANY.get(tokens.pop());
  if (least === undefined || tokens.pop() !== '.') return undefined;
  if (tokens.some((token) => ASSERTIONS.has(token)) || hasAlternatives(tokens)) return undefined;
  return { least, suffix };
}

function hasAlternatives(tokens: readonly string[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token.startsWith('(')) depth++;
    else if (token === ')') depth--;
    else if (token === '|' && depth === 0) return true;
  }
  return false;
}
