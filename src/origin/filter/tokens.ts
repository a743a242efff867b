const SPACE = /[ \t\r\n]*/y;
const WORD = /[\p{L}_$][\p{L}\p{M}\p{N}_$]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SIGN = /==|!=|<=|>=|&&|\|\||[-<>!+*/%().[\]]/y;
const CODE = /[0-9a-fA-F]{4}/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
  ['/', '/'],
  ["'", "'"],
  ['"', '"'],
  ['*', '*'],
]);

/** A text is not a filter expression. The message names the problem and the character. */
export class FilterSyntaxError extends Error {
  /** Index of the character. */
  readonly position: number;

  constructor(problem: string, position: number) {
    super(`${problem} at character ${position + 1}`);
    this.name = 'FilterSyntaxError';
    this.position = position;
  }
}

/** One token: `text` as written, or the text between the quotes of a string. */
export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'sign' | 'end';
  readonly text: string;
  /** A string, cut at each `*` that is not escaped. */
  readonly pieces?: readonly string[];
  /** Index of its first character. */
  readonly at: number;
}

/** Splits an expression into tokens; the last is the end. Throws a `FilterSyntaxError`. */
export function* tokensOf(text: string): Generator<Token, Token> {
  let at = (matchAt(SPACE, text, 0) ?? '').length;
  while (at < text.length) {
    const { token, end } = tokenAt(text, at);
    yield token;
    at = end + (matchAt(SPACE, text, end) ?? '').length;
  }
  return { kind: 'end', text: '', at };
}

interface Read {
  readonly token: Token;
  readonly end: number;
}

function tokenAt(text: string, at: number): Read {
  const first = text.charAt(at);
  if (first === '"' || first === "'") return stringAt(text, at, first);
  const word = matchAt(WORD, text, at);
  if (word !== undefined) return { token: { kind: 'word', text: word, at }, end: at + word.length };
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return { token: { kind: 'number', text: number, at }, end: at + number.length };
  const sign = matchAt(SIGN, text, at);
  if (sign !== undefined) return { token: { kind: 'sign', text: sign, at }, end: at + sign.length };
  throw new FilterSyntaxError(`unexpected ${JSON.stringify(first)}`, at);
}

function stringAt(text: string, at: number, quote: string): Read {
  const pieces: string[] = [];
  let piece = '';
  for (let index = at + 1; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === quote) {
      pieces.push(piece);
      return { token: { kind: 'string', text: pieces.join('*'), pieces, at }, end: index + 1 };
    }
    if (character === '*') {
      pieces.push(piece);
      piece = '';
    } else if (character === '\\') {
      const found = escapeAt(text, index);
      piece += found.character;
      index += found.length;
    } else piece += character;
  }
  throw new FilterSyntaxError('a string without an end', at);
}

// `length` counts the characters after the backslash.
function escapeAt(text: string, at: number): { character: string; length: number } {
  const name = text.charAt(at + 1);
  const simple = ESCAPES.get(name);
  if (simple !== undefined) return { character: simple, length: 1 };
  const code = name === 'u' ? matchAt(CODE, text, at + 2) : undefined;
  if (code === undefined) throw new FilterSyntaxError('an unknown escape', at);
  return { character: String.fromCharCode(Number.parseInt(code, 16)), length: 5 };
}

// The expressions above are sticky, and none reads a character more than twice.
function matchAt(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}
