/** Longest name of a channel, group or user, in characters (docs/reference/protocol.md, "Names"). */
export const MAX_NAME_LENGTH = 92;

/** Channels with this suffix carry the presence events of the channel without it. */
export const PRESENCE_SUFFIX = '-pnpres';

// A comma separates names in lists. Control characters and lone surrogates do not pass proxies and URL encoders.
const COMMA = ',';
const CONTROL = /\p{Cc}/u;

/** The reason why a value cannot name a channel, group or user; `undefined` for a valid name. */
export function nameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string') return `must be a string, not ${kindOf(name)}`;
  if (name === '') return 'must not be empty';
  const length = characters(withoutPresence(name));
  if (length > MAX_NAME_LENGTH) return `must have at most ${MAX_NAME_LENGTH} characters, not ${length}`;
  if (name === '.' || name === '..') return `must not be exactly "${name}": URLs drop that path segment`;
  if (name.includes(COMMA)) return 'must not contain a comma: it separates names';
  if (CONTROL.test(name)) return 'must not contain control characters';
  if (!name.isWellFormed()) return 'must not contain lone surrogates';
  return undefined;
}

/** `true` for the name of a presence channel. */
export function isPresenceName(name: string): boolean {
  return name.endsWith(PRESENCE_SUFFIX);
}

/** The name of the presence channel that belongs to a channel or group. */
export function presenceNameOf(name: string): string {
  return name + PRESENCE_SUFFIX;
}

/** The name without the presence suffix, if it has one. */
export function withoutPresence(name: string): string {
  return isPresenceName(name) ? name.slice(0, -PRESENCE_SUFFIX.length) : name;
}

/** `true` for a wildcard: `*` is the last segment after a dot, as in `news.*`. */
export function isWildcard(name: string): boolean {
  return name.length > 2 && name.endsWith('.*');
}

/** `true` if the wildcard covers the channel: `a.*` covers `a.` followed by any text, further dots included. */
export function wildcardCovers(wildcard: string, channel: string): boolean {
  return channel.length >= wildcard.length && channel.startsWith(wildcard.slice(0, -1));
}

// Users count code points. The spread is needed only if the UTF-16 units exceed the limit.
function characters(name: string): number {
  return name.length <= MAX_NAME_LENGTH ? name.length : [...name].length;
}

/** The kind of a value, for error messages, which never repeat the value itself. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
