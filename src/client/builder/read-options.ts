import type { Param } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { faultIn, gather, type Refused } from './given.ts';

/** The check of each option of `T`, by name; any other name is unknown. */
export type OptionTable<T> = { readonly [K in keyof T]-?: Param<object extends Pick<T, K> ? false : true> };

/**
 * A copy of options, each read and checked once; one that is `undefined` is left out. Throws the error that `refusal` makes
 * of the first fault. A fault names the option, and never repeats its value.
 */
export function readOptions<T extends object>(
  source: unknown,
  table: OptionTable<T>,
  refusal: (fault: Refused) => PubNubError,
): T {
  const options = gather(table, source, 'option');
  const fault = faultIn(table, options, 'option');
  if (fault) throw refusal(fault);
  // Each option has passed the check that the table has for it, and none that is required is missing.
  return options as T;
}

/** The options of a factory of crypto modules or transports. Throws `PN-1007`, beginning with the caller's name. */
export function factoryOptions<T extends object>(caller: string, source: unknown, table: OptionTable<T>): T {
  return readOptions(
    source,
    table,
    ({ what, cause }) => new PubNubError('PN-1007', `${caller}: ${what}`, { cause }),
  );
}
