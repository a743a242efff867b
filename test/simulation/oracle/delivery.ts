import type { Got, Handle } from '../record.ts';
import type { Entry } from '../truth.ts';
import type { World } from '../world.ts';
import { isExcused } from './excuses.ts';
import { type Accepted, Interest } from './interest.ts';

/** Ticks before a start within which history may lack what has been published. */
const LATEST = 100_000_000n;
const INFINITE = 10n ** 20n;

/** What is wrong with what one subscription got: too much, too little, or what is not its own. */
export function deliveryProblems(world: World, handle: Handle): readonly string[] {
  const interest = new Interest(world, handle);
  const problems = [
    ...surplus(world, handle, interest),
    ...excess(handle, interest),
    ...(world.setting.heals ? losses(world, handle, interest) : []),
    ...holes(world, handle, interest),
  ];
  return problems.map((problem) => `${handle.id}: ${problem}`);
}

function surplus(world: World, handle: Handle, interest: Interest): readonly string[] {
  const had = new Set<string>();
  const problems: string[] = [];
  for (const got of handle.got) {
    if (had.has(got.key)) problems.push(`got ${got.key} twice`);
    had.add(got.key);
    const wrong = wrongWith(world, got, interest) ?? wrongLabel(handle, got);
    if (wrong) problems.push(`got ${got.key}, ${wrong}`);
  }
  return problems;
}

// `withLast(n)` brings n older messages of each channel at most. Only what history did not have yet may come on top: newer
// than one that has come, so that there is no hole among them.
function excess({ start, got }: Handle, interest: Interest): readonly string[] {
  if (start?.from !== 'last') return [];
  return [...new Set(got.map(({ channel }) => channel))].flatMap((channel) => {
    const floors = interest.covering(channel).map(({ floor }) => BigInt(floor));
    const older = got
      .filter((one) => one.channel === channel)
      .map(({ timetoken }) => BigInt(timetoken))
      .filter((at) => floors.every((floor) => at <= floor));
    const first = older.slice(0, start.count).reduce((a, b) => (a < b ? a : b), INFINITE);
    const isLate = (at: bigint) => at > first && floors.some((floor) => floor - at <= LATEST);
    return older.slice(start.count).every(isLate)
      ? []
      : [`got ${older.length} older messages of ${channel}, not ${start.count}`];
  });
}

function wrongWith(world: World, got: Got, interest: Interest): string | undefined {
  const entry = world.truth.byKey.get(got.key);
  const isUnknown = got.kind === 'presence' && !world.server.knowsPresence;
  if (!entry && !isUnknown) return 'which nobody sent';
  const covering = interest.covering(got.channel);
  if (covering.length === 0) return 'which no accepted name of it has';
  const open = covering.filter(({ name: { dropSure = Number.POSITIVE_INFINITY } }) => got.order < dropSure);
  if (open.length === 0) return 'after it was unsubscribed';
  if (!open.some(({ arrivedOrder }) => arrivedOrder < got.order)) return 'before the server had accepted it';
  if (entry && !open.some((accepted) => interest.isAbove(entry, accepted)))
    return `at or below its floor (${open.map(({ floor }) => floor)})`;
  return undefined;
}

// `null` stands for the channel itself, any other label for a group or wildcard of the subscription.
function wrongLabel({ names }: Handle, { subscription, channel, order }: Got): string | undefined {
  const label =
    channel.endsWith('-pnpres') && subscription !== null ? `${subscription}-pnpres` : subscription;
  const open = names.filter(({ dropSure = Number.POSITIVE_INFINITY }) => order < dropSure);
  const fits =
    subscription === null
      ? open.some(({ kind, name }) => kind === 'channel' && name === channel)
      : open.some(({ name }) => name === label && name !== channel) ||
        open.some(({ kind, name }) => kind === 'group' && name === label);
  return fits ? undefined : `labelled ${subscription}`;
}

function losses(world: World, handle: Handle, interest: Interest): readonly string[] {
  const problems: string[] = [];
  if (handle.ended === undefined)
    for (const name of handle.names)
      if (name.dropAsked === undefined && !interest.accepted.some((accepted) => accepted.name === name))
        problems.push(`${name.kind} ${name.name} was never accepted`);
  const had = new Set(handle.got.map(({ key }) => key));
  for (const entry of world.truth.entries)
    if (!had.has(entry.key) && interest.isOwed(entry) && !isExcused(world, handle, entry))
      problems.push(`lost ${entry.key}`);
  return problems;
}

// What was dropped meanwhile ends the delivery; it leaves no hole. Where several names have a channel, or where regions
// disagree, that cannot be told so simply. What is fetched comes before the gaps are told: whoever ends the name as one of
// them is told does not hear of the others.
function holes(world: World, handle: Handle, interest: Interest): readonly string[] {
  if (world.server.blur > 0n || handle.start?.from === 'last') return [];
  const had = new Set(handle.got.map(({ key }) => key));
  const problems: string[] = [];
  for (const channel of new Set(handle.got.map((got) => got.channel))) {
    const [only, ...others] = interest.covering(channel);
    if (!only || others.length > 0 || handle.names.length !== interest.accepted.length) continue;
    const due = dueThrough(world, { channel, only, interest });
    const last = due.findLastIndex(({ key }) => had.has(key));
    if (world.gaps.some(({ order }) => isEndedIn(order, handle, only.name))) continue;
    for (const entry of due.slice(0, Math.max(0, last)))
      if (!had.has(entry.key) && !isExcused(world, handle, entry)) problems.push(`passed over ${entry.key}`);
  }
  return problems;
}

// A handler of the gap does so at once: a step or two later.
function isEndedIn(gap: number, { ended }: Handle, { dropAsked }: Accepted['name']): boolean {
  return [ended, dropAsked].some((end = 0) => end > gap && end <= gap + 2);
}

function dueThrough(
  { truth }: World,
  {
    channel,
    only,
    interest,
  }: { readonly channel: string; readonly only: Accepted; readonly interest: Interest },
): readonly Entry[] {
  return truth.entries.filter((entry) => entry.channel === channel && interest.isDue(entry, only));
}
