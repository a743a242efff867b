import { CHARACTERS_PER_STEP, type LikePattern, Needle, type OnStep } from './search.ts';

/** The path of a value: names and indexes, from the outside in. */
export type Path = readonly (string | number)[];

/** Operators that compare two values. */
export const COMPARISONS = ['==', '!=', '<', '>', '<=', '>='] as const;

/** An operator that compares two values. */
export type Comparison = (typeof COMPARISONS)[number];

/** Operators between two numbers. */
export type Arithmetic = '+' | '-' | '*' | '/' | '%';

/** One more operand of a chain such as `a + b - c`. */
export interface Link {
  readonly operator: Arithmetic;
  readonly operand: Node;
}

/** A parsed expression. Chains are lists, so that a tree is never deeper than its parentheses. */
export type Node =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'any' | 'all'; readonly terms: readonly Node[] }
  | { readonly kind: 'not' | 'negative'; readonly operand: Node }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Node; readonly right: Node }
  | { readonly kind: 'contains'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'like'; readonly left: Node; readonly pattern: LikePattern }
  | { readonly kind: 'chain'; readonly first: Node; readonly links: readonly Link[] };

/** The value at a path; `undefined` if absent. */
export type Lookup = (path: Path) => unknown;

/** Evaluates expressions (docs/reference/filters.md, "Semantics"). A missing value is `undefined`. */
export class Evaluator {
  readonly #lookup: Lookup;
  readonly #onStep: OnStep;

  constructor(lookup: Lookup, onStep: OnStep) {
    this.#lookup = lookup;
    this.#onStep = onStep;
  }

  /** The truth of a node: a missing value, `null`, `false`, 0 and the empty string are false. */
  isTrue(node: Node): boolean {
    return Boolean(this.#value(node));
  }

  #value(node: Node): unknown {
    this.#onStep();
    switch (node.kind) {
      case 'value':
        return node.value;
      case 'path':
        return this.#lookup(node.path);
      case 'any':
        return node.terms.some((term) => this.isTrue(term));
      case 'all':
        return node.terms.every((term) => this.isTrue(term));
      case 'not':
        return !this.isTrue(node.operand);
      case 'negative':
        return calculate('-', 0, this.#value(node.operand));
      case 'chain':
        return this.#chain(node);
      default:
        return this.#comparison(node);
    }
  }

  #chain({ first, links }: Extract<Node, { kind: 'chain' }>): unknown {
    let value = this.#value(first);
    for (const { operator, operand } of links) value = calculate(operator, value, this.#value(operand));
    return value;
  }

  #comparison(node: Extract<Node, { kind: 'compare' | 'contains' | 'like' }>): boolean {
    const left = this.#value(node.left);
    if (node.kind === 'like') return typeof left === 'string' && node.pattern(left, this.#onStep);
    const right = this.#value(node.right);
    this.#countText(left, right);
    return node.kind === 'compare' ? compare(node.operator, left, right) : this.#contains(left, right);
  }

  #countText(left: unknown, right: unknown): void {
    if (typeof left !== 'string' || typeof right !== 'string') return;
    this.#onStep(Math.min(left.length, right.length) / CHARACTERS_PER_STEP);
  }

  #contains(left: unknown, right: unknown): boolean {
    if (typeof left === 'string' && typeof right === 'string')
      return new Needle(right, this.#onStep).find(left, 0, this.#onStep) >= 0;
    return Array.isArray(left) && left.some((item) => this.#isSame(item, right));
  }

  #isSame(item: unknown, value: unknown): boolean {
    this.#onStep();
    this.#countText(item, value);
    return equal(item, value);
  }
}

function compare(operator: Comparison, left: unknown, right: unknown): boolean {
  if (operator === '==') return equal(left, right);
  if (operator === '!=') return !equal(left, right);
  if (typeof left === 'number' && typeof right === 'number') return inOrder(operator, left, right);
  return typeof left === 'string' && typeof right === 'string' && inOrder(operator, left, right);
}

// Lists and objects equal nothing, and a missing value equals `null` only.
function equal(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return (left ?? right) === null;
  return left === right && (typeof left !== 'object' || left === null);
}

function inOrder<T extends number | string>(operator: Comparison, left: T, right: T): boolean {
  if (operator === '<') return left < right;
  if (operator === '>') return left > right;
  return operator === '<=' ? left <= right : left >= right;
}

// Strings are not joined: a short expression could build a very long one.
function calculate(operator: Arithmetic, left: unknown, right: unknown): number | undefined {
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  const result = resultOf(operator, left, right);
  return Number.isFinite(result) ? result : undefined;
}

function resultOf(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

/** The value at a path within a JSON value: own properties and list items only. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value)) value = typeof key === 'number' ? value[key] : undefined;
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, key))
      value = Object.getOwnPropertyDescriptor(value, key)?.value;
    else return undefined;
  }
  return value;
}
