import { isPresenceName } from '../../protocol/names.ts';
import { type Lookup, valueAt } from '../filter/evaluate.ts';
import { type Filter, parseFilter } from '../filter/parse.ts';
import { OutOfSteps, StepBudget } from '../filter/step-budget.ts';
import { FilterSyntaxError } from '../filter/tokens.ts';
import { accessRefusal, type Refusal } from '../http/answer.ts';
import type { PollFilter } from '../window/parked.ts';
import type { Call } from './route.ts';

const MALFORMED_FILTER = 481;
const TOO_LONG = 'it takes too long';

/** The poll's `filter-expr` as a predicate (docs/reference/protocol.md, "Filter expressions"). Throws a `Refusal` for an expression that is malformed or takes too long to read. */
export function filterOf({ query, services }: Call): PollFilter | undefined {
  const text = query.text('filter-expr');
  if (text === undefined) return undefined;
  const budget = new StepBudget(services.limits.filterSteps);
  const filter = parsedFilter(text, budget);
  return {
    get spent() {
      return budget.spent;
    },
    renew: () => budget.renew(),
    passes: (envelope) => !isMessage(envelope) || budget.evaluate(() => filter.matches(lookupIn(envelope))),
  };
}

function parsedFilter(text: string, { onStep }: StepBudget): Filter {
  try {
    return parseFilter(text, { onStep });
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw malformedFilter(error.message);
    throw filterFailure(error);
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
