import { PNOperationType } from '../../protocol/status.ts';
import type { Check } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { ownSignal } from '../runtime/signals.ts';
import { didYouMean } from './did-you-mean.ts';
import { checkFunction, must } from './params.ts';
import { readProperties } from './properties.ts';

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
 * Reads the options of a call, once and before anything else is done, into a frozen copy; an option that is `undefined`
 * is left out. Throws a `PubNubError` that begins with the caller's name: `PN-1003` for an option that there is not,
 * `PN-1002` for any other mistake.
 */
export function checkOptions(caller: string, options: unknown, checks: OptionChecks): object | undefined {
  if (options === undefined) return undefined;
  const refuse = (code: 'PN-1002' | 'PN-1003', what: string, cause?: unknown): never => {
    const operation = isOperation(caller) ? caller : undefined;
    throw new PubNubError(code, `${caller}: ${what}`, { operation, cause });
  };
  if (isSignal(options)) refuse('PN-1002', 'a signal is no options; give it as { signal }.');
  const read = readProperties(options, (name) => Object.hasOwn(checks, name));
  if ('problem' in read) return refuse('PN-1002', `the options ${read.problem}.`, read.cause);
  for (const [name, value] of Object.entries(read.values)) {
    if (!Object.hasOwn(checks, name))
      refuse('PN-1003', `"${name}" is no option${didYouMean(name, Object.keys(checks))}`);
    const problem = value === undefined ? undefined : checks[name]?.(value);
    if (problem !== undefined) refuse('PN-1002', `the option "${name}" ${problem}.`);
  }
  const { signal, ...others } = read.values;
  return Object.freeze(signal === undefined ? others : { ...others, signal: signalOf(signal, refuse) });
}

function signalOf(
  signal: unknown,
  refuse: (code: 'PN-1002', what: string, cause: unknown) => never,
): AbortSignal {
  try {
    // It has passed its check.
    return ownSignal(signal as AbortSignal);
  } catch (cause) {
    return refuse('PN-1002', 'the option "signal" cannot be listened to.', cause);
  }
}

function isOperation(name: string): name is PNOperationType {
  return Object.hasOwn(PNOperationType, name);
}

function isSignal(value: unknown): boolean {
  try {
    const { aborted, addEventListener, removeEventListener } = Object(value);
    return (
      typeof aborted === 'boolean' &&
      typeof addEventListener === 'function' &&
      typeof removeEventListener === 'function'
    );
  } catch {
    return false;
  }
}
