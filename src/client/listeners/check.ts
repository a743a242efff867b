import { kindOf } from '../../protocol/names.ts';
import { nearest, oneOf } from '../builder/did-you-mean.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { EVENT_NAMES, type EventName } from './events.ts';

/** Throws `PN-1002` for an unknown event, an event that this registry does not emit, and a handler that is not a function. */
export function checkHandler(name: EventName, handler: unknown, names: readonly EventName[]): void {
  if (!names.includes(name) && EVENT_NAMES.includes(name))
    throw mistake(`on: a subscription has no event "${name}"; listen for it on the client.`);
  if (!names.includes(name)) {
    const given = typeof name === 'string' ? `"${name}"` : kindOf(name);
    throw mistake(`on: ${given} is no event${oneOf(name, names)}`);
  }
  if (typeof handler !== 'function')
    throw mistake(`on: the handler of "${name}" must be a function, not ${kindOf(handler)}.`);
}

/** Throws `PN-1002` for a listener that is not an object. */
export function checkListener(listener: unknown): void {
  if (typeof listener === 'object' && listener !== null) return;
  throw mistake(
    `addListener: a listener must be an object with methods named after events, not ${kindOf(listener)}. For a function, use on(name, handler).`,
  );
}

/** Methods of a listener whose names are close to an event's: they would never be called. */
export function* nearMisses(
  listener: object,
  names: readonly EventName[],
): Iterable<{ readonly member: string; readonly event: string }> {
  for (const member of inspected(listener)) {
    if (EVENT_NAMES.some((name) => name === member)) continue;
    const event = nearest(member.replace(/^on(?=[A-Z])/, ''), names);
    if (event !== undefined) yield { member, event };
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

/** The error of a wrong listener or handler. */
export function mistake(what: string): PubNubError {
  return new PubNubError('PN-1002', what);
}
