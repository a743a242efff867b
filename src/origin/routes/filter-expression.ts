import { isPresenceName } from '../../protocol/names.ts';
import { type Filter, FilterSyntaxError, type Lookup, parseFilter, valueAt } from '../filter/index.ts';
import { accessRefusal } from '../http/refusals.ts';
import type { Call } from './route.ts';

const MALFORMED = 481;

/**
 * Which envelopes a poll's `filter-expr` lets pass; `undefined` when it has none. Throws a `Refusal` when it is malformed
 * (docs/reference/protocol.md, "Filter expressions").
 */
export function filterOf({ query }: Call): ((envelope: unknown) => boolean) | undefined {
  const text = query.text('filter-expr');
  if (text === undefined) return undefined;
  const filter = parsed(text);
  return (envelope) => !isMessage(envelope) || filter.matches(lookupIn(envelope));
}

function parsed(text: string): Filter {
  try {
    return parseFilter(text);
  } catch (error) {
    if (error instanceof FilterSyntaxError)
      throw accessRefusal(MALFORMED, `Malformed filter expression: ${error.message}`);
    throw error;
  }
}

// Whatever else is delivered has a kind, or is presence.
function isMessage(envelope: unknown): boolean {
  const channel = valueAt(envelope, ['c']);
  return valueAt(envelope, ['e']) === undefined && typeof channel === 'string' && !isPresenceName(channel);
}

// A name that stands alone is one of the meta.
function lookupIn(envelope: unknown): Lookup {
  const data = valueAt(envelope, ['d']);
  const meta = valueAt(envelope, ['u']);
  return (path) => {
    const [first, ...rest] = path;
    if (first === 'data') return valueAt(data, rest);
    return first === 'meta' ? valueAt(meta, rest) : valueAt(meta, path);
  };
}
