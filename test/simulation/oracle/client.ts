import type { Got } from '../record.ts';
import type { World } from '../world.ts';
import { Interest } from './interest.ts';

/** How long, and over how many entries, a client is bound to know what it has delivered. */
const WINDOW = { milliseconds: 300_000, entries: 1_000 };

/** What is wrong with what the client's own listeners got: once whatever any subscription got, and nothing else. */
export function clientProblems(world: World): readonly string[] {
  const problems: string[] = [];
  const seen = new Map<string, Got[]>();
  for (const got of world.seen) seen.set(got.key, [...(seen.get(got.key) ?? []), got]);
  for (const key of new Set([...world.handles.values()].flatMap(({ got }) => got.map((one) => one.key))))
    if (!seen.has(key)) problems.push(`client: its listeners never got ${key}`);
  const interests = [...world.handles.values()].map((handle) => new Interest(world, handle));
  for (const [key, times] of seen) {
    const [first] = times;
    if (first && !isWanted(world, first, interests))
      problems.push(`client: its listeners got ${key}, which is nobody's`);
    for (const [index, got] of times.entries()) {
      const before = times[index - 1];
      if (before && !mayRepeat(world, before, got)) problems.push(`client: its listeners got ${key} twice`);
    }
  }
  return problems;
}

function isWanted({ truth }: World, got: Got, interests: readonly Interest[]): boolean {
  const entry = truth.byKey.get(got.key);
  return interests.some((interest) =>
    interest.covering(got.channel).some((accepted) => !entry || interest.isAbove(entry, accepted)),
  );
}

// Who subscribes anew, after nothing was subscribed, may want again what was delivered before.
function mayRepeat(world: World, before: Got, after: Got): boolean {
  if (after.at - before.at > WINDOW.milliseconds) return true;
  if (world.seen.indexOf(after) - world.seen.indexOf(before) > WINDOW.entries) return true;
  return wasIdle(world, before.order, after.order);
}

/** Whether nothing was subscribed at some moment between two others. */
export function wasIdle({ handles }: World, from: number, to: number): boolean {
  const all = [...handles.values()];
  const isLive = (at: number) =>
    all.some(({ order, names }) => order <= at && names.some(({ dropAsked = at + 1 }) => dropAsked > at));
  const drops = all.flatMap(({ names }) => names.map(({ dropAsked = 0 }) => dropAsked));
  const endings = drops.filter((at) => at > from && at < to);
  return [from, ...endings].some((at) => !isLive(at));
}
