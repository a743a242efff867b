import {
  ANYTHING,
  check,
  checkOptions,
  isThenable,
  jsonOf,
  type Kind,
  type Kinds,
  kind,
  whole,
  wholeOrInfinite,
} from '../origin/checks.ts';
import { nearest } from '../protocol/did-you-mean.ts';
import type { CallSite } from './errors.ts';
import { BODILESS, nameOfFault } from './fault-answers.ts';
import { type OperationName, requestOf } from './operations.ts';
import type { TestRequest } from './test-request.ts';

/** An answer that takes the place of the origin's. */
export interface AnswerFault {
  /** 200 to 599. */
  readonly status: number;
  /** Text as it is; anything else as its JSON; none for 204, 205 and 304. Default: the error body that the protocol has for the status. */
  readonly body?: unknown;
  /** Seconds from 0 on, or any text that a header can hold: the `Retry-After` header. */
  readonly retryAfter?: number | string;
}

const KINDS = ['refused', 'reset', 'hang', 'stall', 'truncated', 'html', 'empty'] as const;

/**
 * A failure of one request.
 * `refused`: no connection, certainly nothing was sent. `reset`: the connection ends before an answer; the origin has not
 * seen the request. `hang`: no answer, ever. `stall`: the origin did its work, its answer stops half-way. `truncated`: the
 * same, and then the connection ends. `html`: a login page, with status 200. `empty`: an empty body, with status 200.
 */
export type Fault = (typeof KINDS)[number] | AnswerFault;

/** Selects requests: by the name of an operation, `*` for all, or a function. */
export type RequestMatcher = OperationName | '*' | ((request: TestRequest) => boolean);

/** The fault, and the requests that it hits. */
export interface FaultOptions {
  readonly with: Fault;
  /** Requests that fail; `Infinity` for all from now on. @default 1 */
  readonly times?: number;
  /** Requests that pass before. @default 0 */
  readonly after?: number;
}

/** A fault that was set. */
export interface SetFault {
  /** Requests that it has hit. */
  readonly hits: number;
  /** Ends the fault. */
  stop(): void;
}

interface Rule {
  readonly matches: (request: TestRequest) => unknown;
  readonly fault: Fault;
  /** The name of the fault in messages. */
  readonly name: string;
  /** The place in the test that set it. */
  readonly site: CallSite;
  skip: number;
  left: number;
  hits: number;
}

/** Makes the error of a broken matcher. */
export type OnBroken = (message: string, cause: unknown) => Error;

const SET = 'network.fail()';
const FAULT_OPTIONS: Kinds<FaultOptions> = {
  with: ANYTHING,
  times: wholeOrInfinite(1),
  after: whole(0),
};
const ANSWER: Kinds<AnswerFault> = {
  status: whole(200, 599),
  body: ANYTHING,
  retryAfter: retryAfterKind(),
};

/** The faults that are set, in order. */
export class FaultScript {
  readonly #rules = new Set<Rule>();
  #set = 0;

  /** Sets a fault. Throws a `TypeError` or `RangeError` on one that could never happen. */
  add(what: RequestMatcher, options: FaultOptions, site: CallSite): SetFault {
    const matches = matching(what);
    const { with: given, times = 1, after = 0 } = checkOptions(SET, options, FAULT_OPTIONS);
    const fault = faultOf(given);
    const name = `fault ${++this.#set} that was set (with ${nameOfFault(fault)})`;
    const rule = { matches, fault, name, site, skip: after, left: times, hits: 0 };
    this.#rules.add(rule);
    return {
      get hits() {
        return rule.hits;
      },
      stop: () => void this.#rules.delete(rule),
    };
  }

  /** Takes the first fault that is due for a request. Throws if a matcher does not return a boolean. */
  take(request: TestRequest, onBroken: OnBroken): Fault | undefined {
    for (const rule of this.#rules) {
      if (!isMatch(rule, request, onBroken)) continue;
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

  /** Ends all faults. */
  clear(): void {
    this.#rules.clear();
    this.#set = 0;
  }
}

function isMatch({ matches, name, site }: Rule, request: TestRequest, onBroken: OnBroken): boolean {
  const broken = (problem: string, cause?: unknown): Error => {
    const error = onBroken(`The matcher of ${name} ${problem}, for ${nameOf(request)}.`, cause);
    site(error);
    return error;
  };
  let answer: unknown;
  try {
    answer = matches(request);
  } catch (cause) {
    throw broken(`threw ${cause instanceof Error ? cause : textOf(cause)}`, cause);
  }
  if (typeof answer === 'boolean') return answer;
  // Its rejection would be unhandled.
  if (isThenable(answer)) Promise.resolve(answer).catch(() => undefined);
  throw broken(`must return true or false, and returned ${textOf(answer)}`);
}

function nameOf({ operation, userId, channels, channelGroups }: TestRequest): string {
  const names = [...channels, ...channelGroups].join(', ');
  return `${operation} of ${userId ?? 'nobody'}${names && ` on ${names}`}`;
}

function textOf(answer: unknown): string {
  if (isThenable(answer)) return 'a promise';
  return typeof answer === 'object' && answer !== null ? 'an object' : String(answer);
}

const MATCHER = kind(
  'the name of an operation, "*" or a function',
  (what) => typeof what === 'string' || typeof what === 'function',
);

function matching(what: RequestMatcher): Rule['matches'] {
  check(`${SET}: what fails`, what, MATCHER);
  if (typeof what === 'function') return what;
  if (what === '*') return () => true;
  const name = requestOf(what);
  return ({ operation }) => operation === name;
}

/** Checks a fault and copies it, so that later changes of the test's own objects have no effect. */
function faultOf(given: unknown): Fault {
  const named = KINDS.find((name) => name === given);
  if (named !== undefined) return named;
  if (typeof given !== 'object' || given === null || !('status' in given)) throw noFault(given);
  const { status, body, retryAfter } = checkOptions(`${SET}: with`, given, ANSWER);
  if (status === undefined) throw noFault(given);
  if (body !== undefined && BODILESS.has(status))
    throw new TypeError(`${SET}: an answer with the status ${status} has no body: leave it out.`);
  const text = body === undefined || typeof body === 'string' ? body : jsonOf(`${SET}: body`, body);
  return {
    status,
    ...(text !== undefined && { body: text }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

function noFault(given: unknown): TypeError {
  const all = `There are: ${KINDS.join(', ')}; and { status }.`;
  const what = typeof given === 'string' ? JSON.stringify(given) : textOf(given);
  const near = typeof given === 'string' ? nearest(given, KINDS) : undefined;
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  return new TypeError(`${what} is not a fault. ${all}${meant}`);
}

/** A number of seconds, or a text that a server could send in a header. */
function retryAfterKind(): Kind {
  return kind('a number of seconds from 0 on, or a text that a header can hold', (value) =>
    typeof value === 'number'
      ? value >= 0 && Number.isFinite(value)
      : typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value),
  );
}
