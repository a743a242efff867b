/** Channels and groups as they stand on the wire (presence names included), sorted, each name once. */
export interface Mix {
  readonly channels: readonly string[];
  readonly groups: readonly string[];
}

/** Nothing at all. */
export const EMPTY_MIX: Mix = Object.freeze({ channels: Object.freeze([]), groups: Object.freeze([]) });

/** A mix of names in any order, with repetitions. */
export function mixOf(channels: Iterable<string>, groups: Iterable<string>): Mix {
  return { channels: [...new Set(channels)].sort(), groups: [...new Set(groups)].sort() };
}

/** Whether the mix holds no name. */
export function isEmpty(mix: Mix): boolean {
  return mix.channels.length === 0 && mix.groups.length === 0;
}

/** The names of either. */
export function union(a: Mix, b: Mix): Mix {
  return isEmpty(b) ? a : mixOf([...a.channels, ...b.channels], [...a.groups, ...b.groups]);
}

/** The names of `a` that `b` lacks. */
export function without(a: Mix, b: Mix): Mix {
  return isEmpty(b) ? a : filter(a, b, false);
}

/** The names of both. */
export function intersection(a: Mix, b: Mix): Mix {
  return filter(a, b, true);
}

/** Whether both hold the same names. */
export function sameMix(a: Mix, b: Mix): boolean {
  if (a === b) return true;
  return sameList(a.channels, b.channels) && sameList(a.groups, b.groups);
}

function filter(a: Mix, b: Mix, keep: boolean): Mix {
  const channels = new Set(b.channels);
  const groups = new Set(b.groups);
  return {
    channels: a.channels.filter((name) => channels.has(name) === keep),
    groups: a.groups.filter((name) => groups.has(name) === keep),
  };
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
