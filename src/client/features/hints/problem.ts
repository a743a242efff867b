import { nearest } from '../../../protocol/did-you-mean.ts';
import type { GivenOptions } from '../../config/options.ts';
import type { Logger } from '../../runtime/logger.ts';

const LEVELS: readonly (keyof Logger)[] = ['debug', 'info', 'warn', 'error'];

const TRANSPORT = /^(ky|fetch|node)Transport$/;

/** A transport that was not made, or a logger whose methods are misspelt: it would log nothing, or not all. */
export function problemOf({ logger = {}, transport }: GivenOptions): string | undefined {
  if (transport && TRANSPORT.test(transport.name))
    return `The option "transport" must be ${transport.name}(): call it.`;
  const members = methodsOf(logger);
  // A level may be left out; all of them only on purpose.
  if (members.length > 0 && !LEVELS.some((level) => members.includes(level)))
    return `The option "logger" has none of the methods ${LEVELS.join(', ')}.`;
  for (const member of members) {
    const level = LEVELS.some((each) => each === member) ? undefined : nearest(member, LEVELS);
    if (level !== undefined) return `The option "logger" has "${member}"; did you mean "${level}"?`;
  }
  return undefined;
}

// The logger of a class, and `console`, may have any other members. A getter that throws is found when it is logged.
function methodsOf(logger: object): readonly string[] {
  try {
    if (Object.getPrototypeOf(logger) !== Object.prototype) return [];
    return Object.entries(logger).flatMap(([name, member]) => (typeof member === 'function' ? name : []));
  } catch {
    return [];
  }
}
