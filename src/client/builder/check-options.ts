import { PNOperationType } from '../../protocol/status.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { ownSignal } from '../runtime/own-signal.ts';
import { Refused } from './given.ts';
import { must, optional } from './params.ts';
import { type OptionTable, readOptions } from './read-options.ts';

/**
 * The options of a call, frozen; `undefined` if there are none. Throws a `PubNubError` that begins with the caller's name:
 * `PN-1003` for an unknown option, `PN-1002` for any other mistake.
 */
export function checkOptions<T extends object>(
  caller: string,
  source: unknown,
  table: OptionTable<T>,
): T | undefined {
  if (source === undefined) return undefined;
  const refusal = ({ code, what, cause }: Refused): PubNubError =>
    new PubNubError(code, `${caller}: ${what}`, { operation: operationOf(caller), cause });
  if (isSignal(source))
    throw refusal(new Refused('PN-1002', 'a signal is no options; give it as { signal }.'));
  return Object.freeze(readOptions(source, table, refusal));
}

/** Options of what waits. */
interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** Options of what takes none. */
export const NO_OPTIONS: OptionTable<object> = Object.freeze({});

/** Options of what waits. */
export const WAIT_OPTIONS: OptionTable<WaitOptions> = Object.freeze({
  signal: {
    ...optional(must('be an AbortSignal', isSignal)),
    take: (value) => ({ value: isSignal(value) ? ownSignal(value) : value }),
  },
});

/** Options of what sends a request. */
export const CALL_OPTIONS: OptionTable<WaitOptions & { readonly timeout?: number }> = Object.freeze({
  ...WAIT_OPTIONS,
  timeout: optional(
    must(
      'be a number of milliseconds above 0, or Infinity for no limit',
      (value) => typeof value === 'number' && value > 0,
    ),
  ),
});

function operationOf(caller: string): PNOperationType | undefined {
  const names: readonly PNOperationType[] = Object.values(PNOperationType);
  return names.find((name) => name === caller);
}

/** `AbortSignal`s of another realm, and those of a polyfill, are as good: only what a signal can do counts. */
function isSignal(value: unknown): value is AbortSignal {
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
