import { Evaluator, type Lookup } from './evaluate.ts';
import type { Path } from './node.ts';
import { type FilterLimits, Parser } from './parser.ts';

const LIMITS: FilterLimits = { depth: 32, patternLength: 256, searches: 64, onStep: () => undefined };

/** A filter expression, ready to be asked. */
export interface Filter {
  /** Whether it holds for the values that `lookup` gives. Throws only what `lookup` throws. */
  matches(lookup: Lookup): boolean;
  /** Every path that stands in it, in order and as written: `['meta', 'lang']`. */
  readonly paths: readonly Path[];
}

/** Parses a filter expression (docs/reference/filters.md). Throws a `FilterSyntaxError` for any other text. */
export function parseFilter(text: string, limits: Partial<FilterLimits> = {}): Filter {
  const given = { ...LIMITS, ...limits };
  const { root, paths } = new Parser(text, given).parse();
  return { paths, matches: (lookup) => new Evaluator(lookup, given.onStep).holds(root) };
}
