import { CompiledCache } from '../caches/compiled-cache.ts';
import { type Filter, parseFilter } from './parse.ts';
import type { OnStep } from './search.ts';

const ROOM = { entries: 10_000, bytes: 32 * 1024 * 1024 };
// Measured upper bounds of the memory of a parsed expression: one such as `a*a-a*a-…` has a node for every other character.
const BYTES_PER_CHARACTER = 144;
const BYTES = 1_024;

/**
 * The parsed filters of an origin: requests that wait keep the texts alone, and those with the same text share one filter.
 * The least recently used go when there are too many.
 */
export class FilterCache {
  readonly #parsed = new CompiledCache<Filter>(ROOM);

  /** The filters that are held, and their memory. */
  get used() {
    return this.#parsed.used;
  }

  /** Parses an expression, or finds it parsed. `onStep` counts the work. Throws what it throws, or a `FilterSyntaxError`. */
  parse(text: string, onStep: OnStep): Filter {
    const known = this.#parsed.get(text);
    if (known) return known;
    // A step for each character, beside those of the parser: measured, about a hundred nanoseconds each, as in a window.
    onStep(text.length);
    const filter = parseFilter(text, { onStep });
    this.#parsed.add(text, filter, BYTES + text.length * BYTES_PER_CHARACTER);
    return filter;
  }
}
