import { isPresenceName } from '../../protocol/names.ts';
import { type Lookup, valueAt } from '../filter/evaluate.ts';
import type { FilterCache } from '../filter/filter-cache.ts';
import type { Filter } from '../filter/parse.ts';
import { OutOfSteps, StepBudget } from '../filter/step-budget.ts';
import { FilterSyntaxError } from '../filter/tokens.ts';
import { accessRefusal, type Refusal } from '../http/answer.ts';
import type { PollFilter } from '../window/parked.ts';
import type { Call, Services } from './route.ts';

const MALFORMED_FILTER = 481;
const TOO_LONG = 'it takes too long';

/** The poll's `filter-expr` as a predicate (docs/reference/protocol.md, "Filter expressions"). Throws a `Refusal` for an expression that is malformed or takes too long to read. */
export function filterOf({ query, services }: Call): PollFilter | undefined {
  const text = query.text('filter-expr');
  if (text === undefined) return undefined;
  return new TextFilter(text, services);
}

/** A filter of which the text is kept, and parsed again when it is not at hand any more. */
class TextFilter implements PollFilter {
  readonly #text: string;
  readonly #filters: FilterCache;
  readonly #budget: StepBudget;

  /** Throws a `Refusal` for a text that is malformed or takes too long to read. */
  constructor(text: string, { filters, limits }: Services) {
    this.#text = text;
    this.#filters = filters;
    this.#budget = new StepBudget(limits.filterSteps);
    try {
      this.#parsed();
    } catch (error) {
      if (error instanceof FilterSyntaxError) throw malformedFilter(error.message);
      throw filterFailure(error);
    }
  }

  get spent(): number {
    return this.#budget.spent;
  }

  get weight(): number {
    return this.#text.length;
  }

  renew(): void {
    this.#budget.renew();
  }

  passes(envelope: unknown): boolean | undefined {
    if (!isMessage(envelope)) return true;
    const budget = this.#budget;
    const filter = budget.prepare(() => this.#parsed());
    return filter && budget.evaluate(() => filter.matches(lookupIn(envelope), budget.onStep));
  }

  #parsed(): Filter {
    return this.#filters.parse(this.#text, this.#budget.onStep);
  }
}

/** The refusal of a filter that fails; any other error as it is. */
export function filterFailure(error: unknown): unknown {
  return error instanceof OutOfSteps ? malformedFilter(TOO_LONG) : error;
}

function malformedFilter(problem: string): Refusal {
  return accessRefusal(MALFORMED_FILTER, `Malformed filter expression: ${problem}`);
}

// All other envelopes have a kind, or are of presence channels.
function isMessage(envelope: unknown): boolean {
  const channel = valueAt(envelope, ['c']);
  return valueAt(envelope, ['e']) === undefined && typeof channel === 'string' && !isPresenceName(channel);
}

// A name without `data` or `meta` before it is one of the meta.
function lookupIn(envelope: unknown): Lookup {
  const data = valueAt(envelope, ['d']);
  const meta = valueAt(envelope, ['u']);
  return (path) => {
    const [first, ...rest] = path;
    if (first === 'data') return valueAt(data, rest);
    return first === 'meta' ? valueAt(meta, rest) : valueAt(meta, path);
  };
}
