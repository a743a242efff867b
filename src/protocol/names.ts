/** Longest name of a channel, group or user, in characters (docs/reference/protocol.md, "Names"). */
export const MAX_NAME_LENGTH = 92;

/** Channels with this suffix carry the presence events of the channel without it. */
export const PRESENCE_SUFFIX = '-pnpres';

// A comma separates names in lists; control characters and lone surrogates survive no proxy and no URL encoder.
const COMMA = ',';
const CONTROL = /\p{Cc}/u;

/** Why the value cannot name a channel, group or user, or `undefined` when it can. */
export function nameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string') return `must be a string, not ${describe(name)}`;
  if (name === '') return 'must not be empty';
  const length = characters(withoutPresence(name));
  if (length > MAX_NAME_LENGTH) return `must have at most ${MAX_NAME_LENGTH} characters, not ${length}`;
  if (name === '.' || name === '..') return `must not be exactly "${name}": URLs drop that path segment`;
  if (name.includes(COMMA)) return 'must not contain a comma: it separates names';
  if (CONTROL.test(name)) return 'must not contain control characters';
  if (!name.isWellFormed()) return 'must not contain lone surrogates';
  return undefined;
}

/** Whether the name is that of a presence channel. */
export function isPresenceName(name: string): boolean {
  return name.endsWith(PRESENCE_SUFFIX);
}

/** The name of the presence channel that belongs to a channel or group. */
export function presenceNameOf(name: string): string {
  return name + PRESENCE_SUFFIX;
}

/** The name without the presence suffix; a name that has none is returned as it is. */
export function withoutPresence(name: string): string {
  return isPresenceName(name) ? name.slice(0, -PRESENCE_SUFFIX.length) : name;
}

/** Whether the name stands for many channels: `*` as the last segment after a dot, as in `news.*`. */
export function isWildcard(name: string): boolean {
  return name.length > 2 && name.endsWith('.*');
}

/** Whether the wildcard covers the channel: `a.*` covers `a.` followed by anything, further dots included. */
export function wildcardCovers(wildcard: string, channel: string): boolean {
  return channel.length >= wildcard.length && channel.startsWith(wildcard.slice(0, -1));
}

// Code points are what users count; the spread is needed only where UTF-16 units alone exceed the limit.
function characters(name: string): number {
  return name.length <= MAX_NAME_LENGTH ? name.length : [...name].length;
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
