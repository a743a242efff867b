import type { Arithmetic, Comparison, Node, Path } from './node.ts';
import { finderOf, type OnStep } from './pattern.ts';

/** The value at a path; `undefined` where there is none. */
export type Lookup = (path: Path) => unknown;

/** Works out expressions (docs/reference/filters.md, "Semantics"). A value that is missing is `undefined`. */
export class Evaluator {
  readonly #lookup: Lookup;
  readonly #onStep: OnStep;

  constructor(lookup: Lookup, onStep: OnStep) {
    this.#lookup = lookup;
    this.#onStep = onStep;
  }

  /** Whether a node holds: what is missing, `null`, `false`, 0 and the empty string do not. */
  holds(node: Node): boolean {
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
        return node.terms.some((term) => this.holds(term));
      case 'all':
        return node.terms.every((term) => this.holds(term));
      case 'not':
        return !this.holds(node.operand);
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
    if (node.kind === 'like') return typeof left === 'string' && node.pattern(left);
    const right = this.#value(node.right);
    return node.kind === 'compare' ? compare(node.operator, left, right) : this.#contains(left, right);
  }

  #contains(left: unknown, right: unknown): boolean {
    if (typeof left === 'string' && typeof right === 'string')
      return finderOf(right, this.#onStep)(left, 0) >= 0;
    return Array.isArray(left) && left.some((item) => this.#isSame(item, right));
  }

  #isSame(item: unknown, value: unknown): boolean {
    this.#onStep();
    return equal(item, value);
  }
}

function compare(operator: Comparison, left: unknown, right: unknown): boolean {
  if (operator === '==') return equal(left, right);
  if (operator === '!=') return !equal(left, right);
  if (typeof left === 'number' && typeof right === 'number') return inOrder(operator, left, right);
  return typeof left === 'string' && typeof right === 'string' && inOrder(operator, left, right);
}

// Lists and objects are equal to nothing, and what is missing is equal to `null` alone.
function equal(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return (left ?? right) === null;
  return left === right && (typeof left !== 'object' || left === null);
}

function inOrder<T extends number | string>(operator: Comparison, left: T, right: T): boolean {
  if (operator === '<') return left < right;
  if (operator === '>') return left > right;
  return operator === '<=' ? left <= right : left >= right;
}

// Strings are not joined: a short expression could make an endless one.
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
