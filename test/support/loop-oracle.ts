import { wildcardCovers } from '../../src/protocol/names.ts';
import { type Handle, type LoopWorld, type Published, timetokenOf } from './loop-world.ts';

/** What is wrong with what a client delivered; nothing when everything is right. */
export function deliveryProblems(world: LoopWorld): readonly string[] {
  return [
    ...world.handles.flatMap(readerProblems),
    ...world.handles.flatMap((handle, index) =>
      channelsOf(world).flatMap((channel) =>
        channelProblems(world, handle, channel).map((problem) => `handle ${index}, ${channel}: ${problem}`),
      ),
    ),
    ...globalProblems(world),
  ];
}

// An iterator yields what its subscription gets from its call on, to the last.
function readerProblems({ readers, got }: Handle, index: number): readonly string[] {
  return readers.flatMap(({ from, read }, number) => {
    const expected = got.slice(from).map(({ count }) => count);
    return read.join() === expected.join()
      ? []
      : [`handle ${index}, reader ${number}: ${read} of ${expected}`];
  });
}

function channelsOf({ published }: LoopWorld): readonly string[] {
  return [...new Set(published.map(({ channel }) => channel))];
}

/** The messages that a subscription should have got and has not. */
export function lostMessages(world: LoopWorld): readonly Published[] {
  const lost = world.handles.flatMap((handle) => {
    const got = new Set(handle.got.map(({ count }) => count));
    return channelsOf(world).flatMap((channel) => {
      const live = handle.channels.filter((name) => covers(name, channel) && !handle.dropped.has(name));
      return messagesUnder(world, handle, channel, surely(handle, live)).filter((count) => !got.has(count));
    });
  });
  return world.published.filter(({ count }) => lost.includes(count));
}

function channelProblems(world: LoopWorld, handle: Handle, channel: string): readonly string[] {
  const names = handle.channels.filter((name) => covers(name, channel));
  const live = names.filter((name) => !handle.dropped.has(name));
  const may = messagesUnder(
    world,
    handle,
    channel,
    names.map((name) => timetokenOf(world.acceptances(handle, name)[0]?.body)),
  );
  const must = messagesUnder(world, handle, channel, surely(handle, live));
  const got = handle.got.filter((message) => message.channel === channel).map(({ count }) => Number(count));
  const problems: string[] = [];
  const sorted = [...new Set(got)].sort((a, b) => a - b);
  if (sorted.join() !== got.join()) problems.push(`twice or out of order: ${got}`);
  const wrong = got.filter((count) => !may.includes(count));
  if (wrong.length > 0) problems.push(`got ${wrong}, of ${may}`);
  const lost = must.filter((count) => !got.includes(count));
  if (lost.length > 0) problems.push(`lost ${lost}, of ${must}`);
  // What was dropped meanwhile ends the delivery; it leaves no hole. Of several names, one may have been dropped before.
  if (live.length === 0 && names.length === 1 && got.join() !== may.slice(0, got.length).join())
    problems.push(`holes: ${got} of ${may}`);
  return problems;
}

// Where names begin at the latest: at the handshakes that the client has said to be connected by.
function surely({ floors }: Handle, names: readonly string[]): readonly (string | undefined)[] {
  return names.map((name) => floors.get(name));
}

// Counts of the messages after one of the handshakes, or after the timetoken asked for.
function messagesUnder(
  { published }: LoopWorld,
  { start }: Handle,
  channel: string,
  accepted: readonly (string | undefined)[],
): readonly number[] {
  const floors = accepted.flatMap((timetoken) => (timetoken === undefined ? [] : [start ?? timetoken]));
  const wanted = ({ timetoken }: Published) => floors.some((floor) => timetoken > floor);
  return published
    .filter((message) => message.channel === channel && wanted(message))
    .map(({ count }) => count);
}

// The client's own listeners get what any subscription gets, once; older messages once more for each that asked.
function globalProblems({ handles, seen }: LoopWorld): readonly string[] {
  const counts = new Map<unknown, number>();
  for (const count of seen) counts.set(count, (counts.get(count) ?? 0) + 1);
  const got = new Set(handles.flatMap((handle) => handle.got.map(({ count }) => count)));
  const problems: string[] = [];
  for (const count of got) {
    // What is fetched for one subscription is left to another that covers it too, even if that ends before it comes.
    if (!counts.has(count) && !handles.some(({ start }) => start !== undefined))
      problems.push(`the client's listener lost ${count}`);
  }
  for (const [count, times] of counts) {
    const askers = handles.filter(
      (handle) => handle.start !== undefined && handle.got.some((message) => message.count === count),
    );
    // One that was still held back when its subscription ended was the client's all the same.
    if (!got.has(count) && !handles.some(({ start }) => start !== undefined))
      problems.push(`the client's listener alone got ${count}`);
    if (times > (askers.length > 0 ? 2 : 1))
      problems.push(`the client's listener got ${count} ${times} times`);
  }
  return problems;
}

function covers(name: string, channel: string): boolean {
  return name === channel || (name.endsWith('.*') && wildcardCovers(name, channel));
}
