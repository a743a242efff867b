import type { PNOperationType } from '../../protocol/status.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { isSignal, ownSignal } from '../runtime/signals.ts';
import { Refused } from './given.ts';
import { checkCount, must, optional } from './params.ts';
import { type OptionTable, readOptions } from './read-options.ts';

/**
 * The options of a call, frozen. Throws a `PubNubError` that begins with the caller's name:
 * `PN-1003` for an unknown option, `PN-1002` for any other mistake.
 */
export function checkOptions<T extends object>(caller: string, source: unknown, table: OptionTable<T>): T {
  const operation = isOperation(caller) ? caller : undefined;
  const refusal = ({ code, what, cause }: Refused): PubNubError =>
    new PubNubError(code, `${caller}: ${what}`, { operation, cause });
  if (isSignal(source))
    throw refusal(new Refused('PN-1002', 'a signal is no options; give it as { signal }.'));
  return Object.freeze(readOptions(source === undefined ? {} : source, table, refusal));
}

/** Options of a call that can be aborted. */
interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** Options of a call without options. */
export const NO_OPTIONS: OptionTable<object> = Object.freeze({});

/** Options of a call that waits without sending a request. */
export const WAIT_OPTIONS: OptionTable<WaitOptions> = Object.freeze({
  signal: {
    ...optional(must('be an AbortSignal', isSignal)),
    take: (value) => ({ value: isSignal(value) ? ownSignal(value) : value }),
  },
});

/** Options of a call that sends a request. */
export const CALL_OPTIONS: OptionTable<
  WaitOptions & { readonly timeout?: number; readonly retries?: number }
> = Object.freeze({
  ...WAIT_OPTIONS,
  retries: optional(checkCount),
  timeout: optional(
    must(
      'be a number of milliseconds above 0, or Infinity for no limit',
      (value) => typeof value === 'number' && value > 0,
    ),
  ),
});

// A caller is an operation, or a method, whose name begins with a small letter.
function isOperation(caller: string): caller is PNOperationType {
  return caller.startsWith('PN');
}
