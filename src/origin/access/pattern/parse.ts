import { ANY, inverted, type Ranges, SHORTHANDS, united } from './ranges.ts';

/** What a pattern says, as a tree. */
export type Node =
  | { readonly kind: 'set'; readonly ranges: Ranges }
  | { readonly kind: 'edge'; readonly edge: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly min: number; readonly max: number };

/** A pattern that is not of the kind that can be matched in linear time, or that is too large. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

const MAX_LENGTH = 256;
const MAX_DEPTH = 32;
const MAX_COUNT = 1_000;
const BRACES = /^\{(\d{1,4})(,(\d{1,4})?)?\}/;
const SPECIAL = '\\^$.|?*+()[]{}';
const PUNCTUATION = /^[!-/:-@[-`{-~]$/;

/** Reads a pattern. Throws a `PatternError` when it is none of the subset (docs/reference/protocol.md, "Permissions"). */
export function parsePattern(text: string): Node {
  if (!text.isWellFormed()) throw new PatternError('A pattern must not hold lone surrogates.');
  if ([...text].length > MAX_LENGTH)
    throw new PatternError(`A pattern has at most ${MAX_LENGTH} characters.`);
  const parser = new Parser(text);
  return parser.whole();
}

class Parser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#characters = [...text];
  }

  whole(): Node {
    const node = this.#choice();
    if (this.#peek() !== undefined) throw new PatternError('A pattern has a ")" too many.');
    return node;
  }

  #choice(): Node {
    const nodes = [this.#sequence()];
    while (this.#take('|')) nodes.push(this.#sequence());
    return nodes.length === 1 && nodes[0] ? nodes[0] : { kind: 'choice', nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      nodes.push(this.#repeated(this.#atom()));
    }
    return { kind: 'sequence', nodes };
  }

  #repeated(node: Node): Node {
    const count = this.#count();
    if (!count) return node;
    if (node.kind === 'edge') throw new PatternError('A pattern cannot repeat "^" or "$".');
    // Whether as few as possible are taken makes no difference to whether a name matches.
    this.#take('?');
    if (this.#count()) throw new PatternError('A pattern cannot repeat a repetition without a group.');
    return { kind: 'repeat', node, ...count };
  }

  #count(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    if (this.#peek() !== '{') return undefined;
    const braces = BRACES.exec(this.#characters.slice(this.#at, this.#at + 12).join(''));
    if (!braces) throw new PatternError('A pattern writes "{" as "\\{", unless it counts.');
    this.#at += braces[0].length;
    const min = Number(braces[1]);
    const max = braces[2] === undefined ? min : Number(braces[3] ?? Number.POSITIVE_INFINITY);
    if (max < min || min > MAX_COUNT || (max > MAX_COUNT && Number.isFinite(max)))
      throw new PatternError(`A pattern counts upwards, and to ${MAX_COUNT} at most.`);
    return { min, max };
  }

  #atom(): Node {
    const next = this.#next();
    if (next === '(') return this.#group();
    if (next === '[') return { kind: 'set', ranges: this.#class() };
    if (next === '.') return { kind: 'set', ranges: ANY };
    if (next === '^') return { kind: 'edge', edge: 'start' };
    if (next === '$') return { kind: 'edge', edge: 'end' };
    if (next === '\\') return { kind: 'set', ranges: this.#escaped() };
    if (SPECIAL.includes(next)) throw new PatternError(`A pattern has a "${next}" that belongs to nothing.`);
    return { kind: 'set', ranges: one(next) };
  }

  #group(): Node {
    if (this.#take('?') && !this.#take(':'))
      throw new PatternError('A pattern has no groups that begin with "(?", but for "(?:".');
    if (++this.#depth > MAX_DEPTH) throw new PatternError(`A pattern nests ${MAX_DEPTH} groups at most.`);
    const node = this.#choice();
    if (!this.#take(')')) throw new PatternError('A pattern has a "(" that is not closed.');
    this.#depth--;
    return node;
  }

  #class(): Ranges {
    const negated = this.#take('^');
    if (this.#peek() === ']') throw new PatternError('A pattern has an empty class.');
    const ranges: Ranges[] = [];
    while (!this.#take(']')) ranges.push(this.#classItem());
    const all = united(ranges.flat());
    return negated ? inverted(all) : all;
  }

  #classItem(): Ranges {
    const first = this.#classAtom();
    const ahead = this.#characters[this.#at + 1];
    if (this.#peek() !== '-' || ahead === ']' || ahead === undefined) return first;
    this.#at++;
    const [from, to] = [single(first), single(this.#classAtom())];
    if (from > to) throw new PatternError('A pattern has a range that runs backwards.');
    return [[from, to]];
  }

  #classAtom(): Ranges {
    const next = this.#next();
    return next === '\\' ? this.#escaped() : one(next);
  }

  #escaped(): Ranges {
    const next = this.#next();
    const shorthand = SHORTHANDS.get(next);
    if (shorthand) return shorthand;
    if (PUNCTUATION.test(next)) return one(next);
    throw new PatternError(`A pattern has an escape that is not known: "\\${next}".`);
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(character: string): boolean {
    const taken = this.#peek() === character;
    if (taken) this.#at++;
    return taken;
  }

  #next(): string {
    const next = this.#characters[this.#at++];
    if (next === undefined) throw new PatternError('A pattern ends too early.');
    return next;
  }
}

function one(character: string): Ranges {
  const point = character.codePointAt(0) ?? 0;
  return [[point, point]];
}

function single(ranges: Ranges): number {
  const [first, ...more] = ranges;
  if (first && more.length === 0 && first[0] === first[1]) return first[0];
  throw new PatternError('A pattern has a range between what are no characters.');
}
