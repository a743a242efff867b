import { didYouMean } from '../builder/did-you-mean.ts';
import { readProperties } from '../builder/properties.ts';
import type { Param } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';

/** What is known of each option of `T` by its name; what is not here is no option. */
export type OptionTable<T> = { readonly [K in keyof T]-?: Param<object extends Pick<T, K> ? false : true> };

/**
 * A checked copy of the options of what makes a part of a client: a crypto module, a transport. An option that is
 * `undefined` is left out. Throws a `PubNubError` (`PN-1007`) that begins with the caller's name, names the option, and
 * never repeats its value.
 */
export function readOptions<T extends object>(caller: string, options: unknown, table: OptionTable<T>): T {
  const refuse = (what: string, cause?: unknown): never => {
    throw new PubNubError('PN-1007', `${caller}: ${what}`, { cause });
  };
  const read = readProperties(options, (name) => Object.hasOwn(table, name));
  if ('problem' in read) return refuse(`the options ${read.problem}.`, read.cause);
  const names = Object.keys(table);
  const unknown = Object.keys(read.values).find((name) => !names.includes(name));
  if (unknown !== undefined) refuse(`"${unknown}" is no option${didYouMean(unknown, names)}`);
  const copy: Record<string, unknown> = {};
  for (const [name, { required, check }] of Object.entries<Param>(table)) {
    const value = read.values[name];
    if (value === undefined && !required) continue;
    const problem = value === undefined ? 'is missing' : check(value);
    if (problem !== undefined) refuse(`the option "${name}" ${problem}.`);
    copy[name] = value;
  }
  // Each option has passed the check that the table has for it, and none that is required is missing.
  return copy as T;
}
