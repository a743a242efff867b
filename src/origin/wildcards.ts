import { isPresenceName, isWildcard, presenceNameOf, withoutPresence } from '../protocol/names.ts';

const NONE: readonly string[] = [];

/** `true` for a wildcard, with or without the presence suffix. */
export function isWildcardName(name: string): boolean {
  return isWildcard(withoutPresence(name));
}

/**
 * The wildcards that cover a channel: `a.*` and `a.b.*` for `a.b.c`. Presence channels are covered by presence wildcards
 * only, as `a.b-pnpres` by `a.*-pnpres`: a permission on `a.*` does not reveal its users.
 */
export function wildcardsCovering(channel: string): readonly string[] {
  // As most are: asked several times for each publish.
  if (!channel.includes('.')) return NONE;
  const presence = isPresenceName(channel);
  const base = withoutPresence(channel);
  const wildcards: string[] = [];
  for (let dot = base.indexOf('.'); dot >= 0 && dot < base.length - 1; dot = base.indexOf('.', dot + 1)) {
    const wildcard = `${base.slice(0, dot)}.*`;
    wildcards.push(presence ? presenceNameOf(wildcard) : wildcard);
  }
  return wildcards;
}

/** The wildcards of a list that more of its wildcards cover than `most`, themselves included. Those of presence are by themselves. */
export function nestedBeyond(most: number, names: readonly string[]): readonly string[] {
  if (names.length <= most) return NONE;
  const wildcards = new Set(names.filter(isWildcardName));
  if (wildcards.size <= most) return NONE;
  const nesting = (name: string) =>
    wildcardsCovering(name).filter((covering) => wildcards.has(covering)).length;
  return [...wildcards].filter((name) => nesting(name) > most);
}

/** The channel's own name, and the wildcards that cover it. */
export function namesCovering(channel: string): readonly string[] {
  const wildcards = wildcardsCovering(channel);
  return wildcards.length === 0 ? [channel] : [channel, ...wildcards.filter((name) => name !== channel)];
}
