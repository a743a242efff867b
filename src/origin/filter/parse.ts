import {
  type Arithmetic,
  COMPARISONS,
  Evaluator,
  type Link,
  type Lookup,
  type Node,
  type Path,
} from './evaluate.ts';
import { likePattern, type OnStep } from './search.ts';
import { FilterSyntaxError, type Token, tokensOf } from './tokens.ts';

/** The limits of an expression. */
export interface FilterLimits {
  /** Parentheses, `!` and `-` within each other. */
  readonly depth: number;
  /** Characters of a `LIKE` pattern. */
  readonly patternLength: number;
  /** Uses of `LIKE` and `CONTAINS`: each reads a whole value. */
  readonly searches: number;
  /** Called for each unit of work of reading it. */
  readonly onStep: OnStep;
}

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const SUMS: readonly Arithmetic[] = ['+', '-'];
const PRODUCTS: readonly Arithmetic[] = ['*', '/', '%'];
const INDEX = /^\d{1,9}$/;

const UNCOUNTED: OnStep = () => undefined;

const LIMITS: FilterLimits = { depth: 32, patternLength: 256, searches: 64, onStep: UNCOUNTED };

/** A parsed filter expression. It keeps nothing of whoever parsed it, so that others can use it. */
export interface Filter {
  /**
   * Evaluates it with the values that `lookup` returns. `onStep` is called for each unit of work; absent: nobody counts.
   * Throws only what these throw.
   */
  matches(lookup: Lookup, onStep?: OnStep): boolean;
  /** Its paths, in order and as written: `['meta', 'lang']`. */
  readonly paths: readonly Path[];
}

/** Parses a filter expression (docs/reference/filters.md). Throws a `FilterSyntaxError` for any other text. */
export function parseFilter(text: string, limits: Partial<FilterLimits> = {}): Filter {
  return filterOf(new Parser(text, { ...LIMITS, ...limits }).parse());
}

// Apart from the parser, which would stay in memory with it.
function filterOf({ root, paths }: Parsed): Filter {
  return { paths, matches: (lookup, onStep = UNCOUNTED) => new Evaluator(lookup, onStep).isTrue(root) };
}

interface Parsed {
  readonly root: Node;
  readonly paths: readonly Path[];
}

// Parses one expression by recursive descent (docs/reference/filters.md, "Grammar").
class Parser {
  readonly #tokens: Generator<Token, Token>;
  readonly #limits: FilterLimits;
  readonly #paths: Path[] = [];
  #token: Token;
  #depth = 0;
  #searches = 0;

  constructor(text: string, limits: FilterLimits) {
    this.#tokens = tokensOf(text);
    this.#limits = limits;
    this.#token = this.#tokens.next().value;
  }

  /** The whole text as one node. Throws a `FilterSyntaxError`. */
  parse(): Parsed {
    const root = this.#any();
    if (this.#token.kind !== 'end') throw this.#unexpected('an operator');
    return { root, paths: this.#paths };
  }

  #any(): Node {
    return this.#list('any', '||', () => this.#list('all', '&&', () => this.#comparison()));
  }

  #list(kind: 'any' | 'all', sign: string, next: () => Node): Node {
    const first = next();
    const terms = [first];
    while (this.#take(sign)) terms.push(next());
    return terms.length === 1 ? first : { kind, terms };
  }

  #comparison(): Node {
    const left = this.#sum();
    const operator = COMPARISONS.find((sign) => this.#take(sign));
    if (operator !== undefined) return { kind: 'compare', operator, left, right: this.#sum() };
    if (this.#takeWord('CONTAINS')) {
      this.#countSearch();
      return { kind: 'contains', left, right: this.#sum() };
    }
    return this.#takeWord('LIKE') ? this.#like(left) : left;
  }

  #like(left: Node): Node {
    const { pieces, text, at } = this.#token;
    if (!pieces) throw this.#unexpected('a quoted pattern');
    if (text.length > this.#limits.patternLength)
      throw new FilterSyntaxError(`a pattern of more than ${this.#limits.patternLength} characters`, at);
    this.#countSearch();
    this.#next();
    return { kind: 'like', left, pattern: likePattern(pieces, this.#limits.onStep) };
  }

  #sum(): Node {
    return this.#chain(SUMS, () => this.#chain(PRODUCTS, () => this.#unary()));
  }

  #chain(operators: readonly Arithmetic[], next: () => Node): Node {
    const first = next();
    const links: Link[] = [];
    for (;;) {
      const operator = operators.find((sign) => this.#take(sign));
      if (operator === undefined) return links.length === 0 ? first : { kind: 'chain', first, links };
      links.push({ operator, operand: next() });
    }
  }

  #unary(): Node {
    if (this.#take('!')) return { kind: 'not', operand: this.#deeper(() => this.#unary()) };
    if (this.#take('-')) return { kind: 'negative', operand: this.#deeper(() => this.#unary()) };
    if (!this.#take('(')) return this.#operand();
    const inner = this.#deeper(() => this.#any());
    this.#expect(')');
    return inner;
  }

  #deeper(parse: () => Node): Node {
    if (++this.#depth > this.#limits.depth)
      throw new FilterSyntaxError(`more than ${this.#limits.depth} levels`, this.#token.at);
    const node = parse();
    this.#depth--;
    return node;
  }

  #operand(): Node {
    const { kind, text } = this.#token;
    if (kind !== 'string' && kind !== 'number' && kind !== 'word') throw this.#unexpected('a value');
    this.#next();
    if (kind === 'string') return { kind: 'value', value: text };
    if (kind === 'number') return { kind: 'value', value: Number(text) };
    const constant = CONSTANTS.get(text);
    return constant === undefined ? this.#path(text) : { kind: 'value', value: constant };
  }

  #path(first: string): Node {
    const path: (string | number)[] = [first];
    for (;;) {
      if (this.#take('.')) path.push(this.#name());
      else if (this.#take('[')) path.push(this.#index());
      else break;
    }
    this.#paths.push(path);
    return { kind: 'path', path };
  }

  #name(): string {
    const { kind, text } = this.#token;
    if (kind !== 'word') throw this.#unexpected('a name');
    this.#next();
    return text;
  }

  #index(): string | number {
    const { kind, text } = this.#token;
    if (kind !== 'string' && !(kind === 'number' && INDEX.test(text)))
      throw this.#unexpected('an index or a quoted name');
    this.#next();
    this.#expect(']');
    return kind === 'string' ? text : Number(text);
  }

  #countSearch(): void {
    if (++this.#searches > this.#limits.searches)
      throw new FilterSyntaxError(
        `more than ${this.#limits.searches} times LIKE or CONTAINS`,
        this.#token.at,
      );
  }

  #take(sign: string): boolean {
    const found = this.#token.kind === 'sign' && this.#token.text === sign;
    if (found) this.#next();
    return found;
  }

  // Where an operator is expected, a word is an operator.
  #takeWord(word: string): boolean {
    const found = this.#token.kind === 'word' && this.#token.text.toUpperCase() === word;
    if (found) this.#next();
    return found;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected(`"${sign}"`);
  }

  #next(): void {
    this.#limits.onStep();
    this.#token = this.#tokens.next().value;
  }

  #unexpected(expected: string): FilterSyntaxError {
    const { kind, text, at } = this.#token;
    const found = kind === 'end' ? 'the end' : JSON.stringify(text.slice(0, 20));
    return new FilterSyntaxError(`expected ${expected}, found ${found}`, at);
  }
}
