import type { Pattern } from './pattern.ts';

/** Where a value is: names and indexes, from the outside in. */
export type Path = readonly (string | number)[];

/** Operators between two values that hold or do not. */
export const COMPARISONS = ['==', '!=', '<', '>', '<=', '>='] as const;

/** One of the comparisons. */
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
  | { readonly kind: 'like'; readonly left: Node; readonly pattern: Pattern }
  | { readonly kind: 'chain'; readonly first: Node; readonly links: readonly Link[] };
