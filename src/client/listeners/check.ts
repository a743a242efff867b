import { oneOf } from '../../protocol/did-you-mean.ts';
import { kindOf } from '../../protocol/names.ts';
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

/** The error of a wrong listener or handler. */
export function mistake(what: string): PubNubError {
  return new PubNubError('PN-1002', what);
}

/** Whether a listener has a method for an event now; one that throws when it is asked has none. */
export function hasMethod(listener: object, name: EventName): boolean {
  try {
    return typeof Reflect.get(listener, name) === 'function';
  } catch {
    return false;
  }
}
