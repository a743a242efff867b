import type { EventMap, EventName } from './events.ts';

// The parts of an event that are frozen with it. Payloads are not: they are shared, and may be large.
const PARTS: { readonly [Name in EventName]?: readonly (keyof EventMap[Name] & string)[] } = {
  presence: ['joined', 'left', 'timedOut'],
  status: ['affectedChannels', 'affectedChannelGroups'],
  messageAction: ['data'],
  objects: ['message'],
  file: ['file'],
  gap: ['kinds'],
};

/** Freezes an event, which all listeners share, without its payload. */
export function freezeEvent<Name extends EventName>(name: Name, event: EventMap[Name]): void {
  for (const part of PARTS[name] ?? []) Object.freeze(event[part]);
  Object.freeze(event);
}

/** Freezes a JSON value deeply; a frozen part counts as deeply frozen. */
export function freezeDeep<T>(value: T): T {
  // No recursion: a payload may be deeper than the call stack.
  const left: unknown[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    left.push(...Object.values(next));
  }
  return value;
}
