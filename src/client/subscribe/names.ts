/** Channels and groups as they stand on the wire (presence names included), sorted, each name once. */
export interface Names {
  readonly channels: readonly string[];
  readonly groups: readonly string[];
}

/** Nothing at all. */
export const NO_NAMES: Names = Object.freeze({ channels: Object.freeze([]), groups: Object.freeze([]) });

/** Names in any order, with repetitions. */
export function namesOf(channels: Iterable<string>, groups: Iterable<string>): Names {
  return { channels: [...new Set(channels)].sort(), groups: [...new Set(groups)].sort() };
}

/** Whether there are none. */
export function isEmpty(names: Names): boolean {
  return names.channels.length === 0 && names.groups.length === 0;
}

/** The names of either. */
export function union(a: Names, b: Names): Names {
  return isEmpty(b) ? a : namesOf([...a.channels, ...b.channels], [...a.groups, ...b.groups]);
}

/** The names of `a` that `b` lacks. */
export function without(a: Names, b: Names): Names {
  return isEmpty(b) ? a : pick(a, lists(b, false));
}

/** The names of both. */
export function intersection(a: Names, b: Names): Names {
  return pick(a, lists(b, true));
}

/** Whether both hold the same names. */
export function sameNames(a: Names, b: Names): boolean {
  if (a === b) return true;
  return sameList(a.channels, b.channels) && sameList(a.groups, b.groups);
}

/** Calls back for each name, with its kind. */
export function each({ channels, groups }: Names, call: (name: string, kind: keyof Names) => void): void {
  for (const name of channels) call(name, 'channels');
  for (const name of groups) call(name, 'groups');
}

/** The names that a test of each, with its kind, passes. */
export function pick(
  { channels, groups }: Names,
  passes: (name: string, kind: keyof Names) => boolean,
): Names {
  return {
    channels: channels.filter((name) => passes(name, 'channels')),
    groups: groups.filter((name) => passes(name, 'groups')),
  };
}

function lists({ channels, groups }: Names, keep: boolean): Parameters<typeof pick>[1] {
  const sets = { channels: new Set(channels), groups: new Set(groups) };
  return (name, kind) => sets[kind].has(name) === keep;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
