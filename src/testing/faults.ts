import { type OperationName, requestOf } from './operations.ts';
import type { TestRequest } from './test-request.ts';

/** An answer that takes the place of the origin's. */
export interface AnswerFault {
  /** 200 to 599. */
  readonly status: number;
  /** Text as it is; anything else as its JSON. Default: the error body that the protocol has for the status. */
  readonly body?: unknown;
  /** Seconds, or a date: the `Retry-After` header. */
  readonly retryAfter?: number | string;
}

const KINDS = ['refused', 'reset', 'hang', 'stall', 'truncated', 'html', 'empty'] as const;

/**
 * What goes wrong:
 * `refused`: no connection, certainly nothing was sent. `reset`: the connection ends before an answer; the origin has not
 * seen the request. `hang`: no answer, ever. `stall`: the origin did its work, its answer stops half-way. `truncated`: the
 * same, and then the connection ends. `html`: a login page, with status 200. `empty`: an empty body, with status 200.
 */
export type Fault = (typeof KINDS)[number] | AnswerFault;

/** Which requests: an operation's name, `*` for all, or a test of one's own. */
export type RequestMatcher = OperationName | '*' | ((request: TestRequest) => boolean);

/** What to do to which of them. */
export interface FaultOptions {
  readonly with: Fault;
  /** How many requests fail; `Infinity` for all from now on. @default 1 */
  readonly times?: number;
  /** How many requests pass before. @default 0 */
  readonly after?: number;
}

/** A fault that was set. */
export interface SetFault {
  /** Requests that it has hit. */
  readonly hits: number;
  /** Takes it back. */
  stop(): void;
}

interface Rule {
  readonly matches: (request: TestRequest) => boolean;
  readonly fault: Fault;
  skip: number;
  left: number;
  hits: number;
}

/** The faults that are set, in the order they were. */
export class FaultScript {
  readonly #rules = new Set<Rule>();

  /** Sets a fault. Throws a `TypeError` or `RangeError` on one that would never happen. */
  add(what: RequestMatcher, { with: fault, times = 1, after = 0 }: FaultOptions): SetFault {
    checkFault(fault);
    checkCount('times', times, 1);
    checkCount('after', after, 0);
    const rule: Rule = { matches: matching(what), fault, skip: after, left: times, hits: 0 };
    this.#rules.add(rule);
    return {
      get hits() {
        return rule.hits;
      },
      stop: () => void this.#rules.delete(rule),
    };
  }

  /** What happens to a request: the first fault that is due for it. */
  take(request: TestRequest): Fault | undefined {
    for (const rule of this.#rules) {
      if (!rule.matches(request)) continue;
      if (rule.skip > 0) {
        rule.skip--;
        continue;
      }
      rule.hits++;
      if (--rule.left <= 0) this.#rules.delete(rule);
      return rule.fault;
    }
    return undefined;
  }

  /** Takes everything back. */
  clear(): void {
    this.#rules.clear();
  }
}

function matching(what: RequestMatcher): Rule['matches'] {
  if (typeof what === 'function') return what;
  if (what === '*') return () => true;
  const name = requestOf(what);
  return ({ operation }) => operation === name;
}

// These are checked although the types say so: a test in plain JavaScript would pass for the wrong reason.
function checkFault(fault: Fault): void {
  if (typeof fault === 'string' && KINDS.includes(fault)) return;
  const { status } = Object(fault);
  if (!Number.isInteger(status)) {
    throw new TypeError(`"${String(fault)}" is no fault. There are: ${KINDS.join(', ')}; and { status }.`);
  }
  if (status < 200 || status > 599) throw new RangeError(`A status is from 200 to 599, not ${status}.`);
}

function checkCount(name: string, count: number, least: number): void {
  if (count === Number.POSITIVE_INFINITY || (Number.isInteger(count) && count >= least)) return;
  throw new RangeError(`${name} must be a whole number from ${least} on, not ${count}.`);
}
