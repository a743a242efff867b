import { nearest } from '../../../protocol/did-you-mean.ts';
import { hasMethod, mistake } from '../../listeners/check.ts';
import { EVENT_NAMES, type EventName } from '../../listeners/events.ts';
import type { Logger } from '../../runtime/logger.ts';

/**
 * Logs methods of a listener whose names are close to an event's: they would never be called. Throws `PN-1002` where the
 * listener has no others, and would hear nothing at all.
 */
export function inspectListener(
  listener: object,
  names: readonly EventName[],
  logger: Logger | undefined,
): void {
  for (const member of inspected(listener)) {
    // A listener may have members of its own.
    const event = EVENT_NAMES.some((name) => name === member)
      ? undefined
      : nearest(member.replace(/^on(?=[A-Z])/, ''), names);
    if (event === undefined) continue;
    const what = `a listener has "${member}", which is no event; did you mean "${event}"?`;
    if (!EVENT_NAMES.some((name) => hasMethod(listener, name))) throw mistake(`addListener: ${what}`);
    logger?.warn?.(what, { member, event });
  }
}

// A listener that cannot be inspected fails at its first event, and is reported then.
function inspected(listener: object): ReadonlySet<string> {
  try {
    return methodsOf(listener);
  } catch {
    return new Set();
  }
}

// Data may have any name, and getters are not called.
function methodsOf(listener: object): ReadonlySet<string> {
  const methods = new Set<string>();
  for (let part: object | null = listener; part && part !== Object.prototype; ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(part)))
      if (typeof value === 'function') methods.add(name);
    part = Object.getPrototypeOf(part);
  }
  return methods;
}
