/** One or several names of channels. */
export type Names = string | readonly string[];

const DEFAULT: ReadonlySet<string> = new Set(['default channel']);

/** The names, each once. Throws a `TypeError` for what is no name, and for an empty list. */
export function namesOf(channels: Names | undefined): ReadonlySet<string> {
  if (channels === undefined) return DEFAULT;
  const names: ReadonlySet<unknown> = new Set([channels].flat());
  if (names.size === 0)
    throw new TypeError('Name at least one channel, or omit `channels` for the default one.');
  for (const name of names)
    if (typeof name !== 'string') throw new TypeError(`A channel is named by a text, not by ${typeof name}.`);
  // Each was checked.
  return names as ReadonlySet<string>;
}
