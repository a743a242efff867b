/** What the presence of a name is called. */
export const SUFFIX = '-pnpres';

/** Whether a subscribed name has the channel: `news.*` everything under it, `news.*-pnpres` the presence of that. */
export function matches(name: string, channel: string): boolean {
  if (name === channel) return true;
  const isPresence = name.endsWith(SUFFIX);
  if (isPresence !== channel.endsWith(SUFFIX)) return false;
  const [wildcard, bare] = isPresence
    ? [name.slice(0, -SUFFIX.length), channel.slice(0, -SUFFIX.length)]
    : [name, channel];
  return wildcard.endsWith('.*') && bare.startsWith(wildcard.slice(0, -1)) && bare.length >= wildcard.length;
}

/** The names of a list in a path or query. */
export function listed(text: string | null | undefined): readonly string[] {
  return decodeURIComponent(text ?? '')
    .split(',')
    .filter((name) => name !== '');
}

/** Whether a group, or the presence of a group, has the channel. */
export function holds(
  groups: ReadonlyMap<string, ReadonlySet<string>>,
  group: string,
  channel: string,
): boolean {
  const isPresence = group.endsWith(SUFFIX);
  if (isPresence !== channel.endsWith(SUFFIX)) return false;
  const bare = (name: string) => (isPresence ? name.slice(0, -SUFFIX.length) : name);
  return groups.get(bare(group))?.has(bare(channel)) ?? false;
}
