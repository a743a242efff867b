import { PNOperationType } from '../protocol/status.ts';
import { didYouMean, kindOf } from './did-you-mean.ts';
import type { Check } from './endpoint.ts';
import { PubNubError } from './errors/pubnub-error.ts';
import { checkFunction, must } from './params.ts';

/** The check of each option by its name; what is not here is no option. */
export type OptionChecks = Readonly<Record<string, Check>>;

/** `AbortSignal`s of another realm, and those of a polyfill, are as good: only what a signal can do counts. */
const checkSignal = must('be an AbortSignal', isSignal);

const checkTimeout = must(
  'be a number of milliseconds above 0, or Infinity for no limit',
  (value) => typeof value === 'number' && value > 0,
);

/** Options of what takes none. */
export const NO_OPTIONS: OptionChecks = Object.freeze({});

/** Options of what waits. */
export const WAIT_OPTIONS: OptionChecks = Object.freeze({ signal: checkSignal });

/** Options of what sends a request. */
export const CALL_OPTIONS: OptionChecks = Object.freeze({ ...WAIT_OPTIONS, timeout: checkTimeout });

/** Options of what moves a file. */
export const FILE_CALL_OPTIONS: OptionChecks = Object.freeze({ ...CALL_OPTIONS, onProgress: checkFunction });

/**
 * Checks the options of a call before anything else is done; an option that is `undefined` is left out. Throws a
 * `PubNubError` that begins with the caller's name: `PN-1003` for an option that there is not, `PN-1002` for any other
 * mistake.
 */
export function checkOptions(caller: string, options: unknown, checks: OptionChecks): object | undefined {
  if (options === undefined) return undefined;
  const refuse = (code: 'PN-1002' | 'PN-1003', what: string): never => {
    throw new PubNubError(code, `${caller}: ${what}`, isOperation(caller) ? { operation: caller } : {});
  };
  if (typeof options !== 'object' || options === null)
    return refuse('PN-1002', `the options must be an object, not ${kindOf(options)}.`);
  if (isSignal(options)) refuse('PN-1002', 'a signal is no options; give it as { signal }.');
  const names = Object.keys(checks);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) refuse('PN-1003', `"${unknown}" is no option${didYouMean(unknown, names)}`);
  for (const [name, check] of Object.entries(checks)) {
    // Read as the call will read it: from the prototype as well.
    const value: unknown = Reflect.get(options, name);
    const problem = value === undefined ? undefined : check(value);
    if (problem !== undefined) refuse('PN-1002', `the option "${name}" ${problem}.`);
  }
  return options;
}

function isOperation(name: string): name is PNOperationType {
  return Object.hasOwn(PNOperationType, name);
}

function isSignal(value: unknown): boolean {
  const { aborted, addEventListener, removeEventListener } = Object(value);
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  );
}
