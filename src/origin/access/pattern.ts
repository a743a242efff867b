import type * as Re2 from 're2js';
import { isPresenceName, withoutPresence } from '../../protocol/names.ts';
import { CompiledCache } from '../caches/compiled-cache.ts';
import { openEndOf } from './open-end.ts';
import { TOKENS } from './pattern-tokens.ts';

/** An invalid pattern, or one that is too large. The message gives the reason. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** A compiled regular expression, matched against whole names in time linear in their length. */
export interface Pattern {
  /** Instructions of the compiled program. */
  readonly size: number;
  /** `true` if it obviously matches every name. */
  readonly matchesAll: boolean;
  matches(name: string): boolean;
  /**
   * `true` if it matches all names that a wildcard covers: it ends in `.*` or `.+` where the star stands, and the part
   * before matches the wildcard's. To match the wildcard's own name is not enough: `a\.[^.]+` matches `a.*`, and not `a.b.c`.
   */
  covers(wildcard: string): boolean;
}

/** Instructions that the patterns of one token may have together. */
export const MAX_PATTERN_SIZE = 5_000;

const MAX_LENGTH = 256;
const MAX_DEPTH = 32;
// RE2 refuses more copies of one expression, nested counts multiplied.
const MAX_COPIES = 1_000;
const ROOM = { entries: 1_000, bytes: 16 * 1024 * 1024 };
// Measured upper bounds of the memory of a compiled pattern: a Unicode class such as \pL holds many ranges.
const BYTES_PER_CHARACTER = 2_400;
const BYTES_PER_INSTRUCTION = 112;

// The white space of JavaScript: RE2's `\s` is ASCII.
const SPACE = '\\p{Z}\\x{FEFF}\\t-\\r';
const NOT_SPACE =
  '\\pL\\x00-\\x08\\x0E-\\x1F!-\\x9F\\xA1-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}' +
  '\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}';

const INSIDE: ReadonlyMap<string, string> = new Map([
  ['\\s', SPACE],
  ['\\S', NOT_SPACE],
  ['[', '\\['],
]);
const OUTSIDE: ReadonlyMap<string, string> = new Map([
  ['\\s', `[${SPACE}]`],
  ['\\S', `[^${SPACE}]`],
]);
const EVERYTHING = /^\^?\.[*+]\$?$/;

/** Compiled patterns, the least recently used of which are dropped when there are too many. One for each origin. */
export class PatternCache {
  readonly #compiled = new CompiledCache<Pattern>(ROOM);

  get size(): number {
    return this.#compiled.used.entries;
  }

  /** Compiles a pattern, or finds it compiled. Rejects with a `PatternError` when it is refused. */
  async compile(text: string): Promise<Pattern> {
    const known = this.#compiled.get(text);
    if (known) return known;
    // Loaded with the first pattern: most origins never see one.
    const { pattern, bytes } = compile(await import('re2js'), text);
    this.#compiled.add(text, pattern, bytes);
    return pattern;
  }
}

function compile(engine: typeof Re2, text: string) {
  if (!text.isWellFormed()) throw new PatternError('A pattern must not hold lone surrogates.');
  if ([...text].length > MAX_LENGTH)
    throw new PatternError(`A pattern has at most ${MAX_LENGTH} characters.`);
  const program = programOf(engine, new Re2Text(text).value);
  const size = program.programSize();
  if (size > MAX_PATTERN_SIZE) throw tooLarge();
  // Not `testExact`: it builds an automaton that may take megabytes.
  const matches = (name: string) => program.matcher(name).matches();
  const end = openEndOf(text);
  const pattern: Pattern = {
    size,
    matchesAll: EVERYTHING.test(text),
    matches,
    covers: (wildcard) => {
      const isPresence = isPresenceName(wildcard);
      if (!end || (end.suffix !== '' && !isPresence)) return false;
      // The shortest text with this beginning: if it matches, so does every longer one.
      const start = withoutPresence(wildcard).slice(0, -1);
      return matches(start + (end.least === 0 ? '' : 'x') + end.suffix);
    },
  };
  return { pattern, bytes: text.length * BYTES_PER_CHARACTER + size * BYTES_PER_INSTRUCTION };
}

function programOf({ RE2JS, RE2JSException, RE2JSSyntaxException }: typeof Re2, text: string): Re2.RE2JS {
  try {
    return RE2JS.compile(text, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const problem = error instanceof RE2JSSyntaxException ? error.getDescription() : error.message;
    throw new PatternError(`RE2 refuses the pattern: ${problem}.`, { cause: error });
  }
}

interface Atom {
  /** Its index in the output. */
  readonly start: number;
  /** Copies that RE2 makes of its most repeated part. */
  copies: number;
  /** About as many instructions as it takes, and never more. */
  size: number;
}

/**
 * A pattern as RE2 spells it: groups do not capture, `\s` is JavaScript's, and a count that RE2 refuses because others
 * are nested in it is written as several.
 */
class Re2Text {
  value = '';
  readonly #groups: Atom[] = [];
  #group = this.#atomHere(0);
  #atom = this.#atomHere(0);

  constructor(text: string) {
    for (const match of text.matchAll(TOKENS)) this.#take(match, text);
    this.#settle(this.#atomHere(0));
    if (this.#group.size > MAX_PATTERN_SIZE) throw tooLarge();
  }

  #take({ 0: token, 1: min, 2: comma, 3: max, index }: RegExpExecArray, text: string): void {
    if (min !== undefined) this.#repeat(Number(min), Number((comma ? max : min) || Number.POSITIVE_INFINITY));
    else if (token === '(?:') this.#begin(token);
    else if (token === '(') this.#begin(text[index + 1] === '?' ? '(' : '(?:');
    else if (token === ')') this.#end();
    else {
      this.#settle(this.#atomHere(1));
      this.value += spelled(token);
    }
  }

  #begin(text: string): void {
    const group = this.#atomHere(0);
    this.#settle(this.#atomHere(0));
    if (this.#groups.push(this.#group) > MAX_DEPTH)
      throw new PatternError(`A pattern nests ${MAX_DEPTH} groups at most.`);
    this.#group = group;
    this.value += text;
  }

  #end(): void {
    this.#settle(this.#group);
    this.#group = this.#groups.pop() ?? this.#atomHere(0);
    this.value += ')';
  }

  // The atom before has all its counts.
  #settle(next: Atom): void {
    this.#group.copies = Math.max(this.#group.copies, this.#atom.copies);
    this.#group.size += this.#atom.size;
    this.#atom = next;
  }

  #repeat(min: number, max: number): void {
    const { start, copies } = this.#atom;
    const times = max === Number.POSITIVE_INFINITY ? Math.max(1, min) : max;
    this.#atom.copies *= times;
    this.#atom.size *= times;
    const before = this.value.slice(0, start);
    if (max === 0) this.value = `${before}(?:)`;
    else if (copies > 1 && this.#atom.copies > MAX_COPIES && this.#atom.size <= MAX_PATTERN_SIZE) {
      const most = Math.floor(MAX_COPIES / copies);
      this.value = `${before}(?:${unrolled(this.value.slice(start), [min, max], most)})`;
      this.#atom.copies = MAX_COPIES;
    } else this.value += counted([min, max]);
  }

  #atomHere(size: number): Atom {
    return { start: this.value.length, copies: 1, size };
  }
}

type Count = readonly [min: number, max: number];

function counted([min, max]: Count): string {
  if (min === max) return `{${min}}`;
  return max === Number.POSITIVE_INFINITY ? `{${min},}` : `{${min},${max}}`;
}

// Splits a count into several in a row, each at most `most`.
function unrolled(atom: string, [min, max]: Count, most: number): string {
  const times = (count: number, optional: boolean) => {
    const counts = Array.from({ length: Math.ceil(count / most) }, (_, at) =>
      Math.min(most, count - at * most),
    );
    return counts.map((each) => atom + counted([optional ? 0 : each, each])).join('');
  };
  return times(min, false) + (max === Number.POSITIVE_INFINITY ? `${atom}*` : times(max - min, true));
}

// Inside a class `[` stands for itself, unless it begins a class such as `[:alpha:]`, which RE2 checks.
function spelled(token: string): string {
  if (token.length === 1 || !token.startsWith('[')) return OUTSIDE.get(token) ?? token;
  const inner = token.slice(1, -1).replace(/\\.|\[(?!:\^?\w+:$)/gsu, (part) => INSIDE.get(part) ?? part);
  return `[${inner}]`;
}

function tooLarge(): PatternError {
  return new PatternError('The patterns are too large.');
}
