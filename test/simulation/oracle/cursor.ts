import type { Got, Handle } from '../record.ts';
import type { World } from '../world.ts';
import { wasIdle } from './client.ts';
import { Interest } from './interest.ts';

interface Cursor {
  readonly region: string;
  readonly timetoken: bigint;
  readonly order: number;
}

/** What is wrong with the cursor that a program may keep: whoever starts there again must not miss anything. */
export function cursorProblems(world: World): readonly string[] {
  const cursors = world.cursors.map(({ text, order }): Cursor => {
    const [region = '', timetoken = '0'] = text.split(':');
    return { region, timetoken: BigInt(timetoken), order };
  });
  return [
    ...returns(world, cursors),
    ...[...world.handles.values()].flatMap((handle) => passed(world, handle, cursors)),
  ];
}

// Regions count on their own; a start that the program gives has none.
function returns(world: World, cursors: readonly Cursor[]): readonly string[] {
  return cursors.flatMap((after, index) => {
    const before = cursors[index - 1];
    if (before?.region !== after.region || after.region === '' || after.timetoken >= before.timetoken)
      return [];
    if (wasIdle(world, before.order, after.order)) return [];
    return [`cursor: ${after.timetoken} follows ${before.timetoken} of the same region`];
  });
}

// What the loop brings to who is subscribed already comes before the cursor passes it.
function passed(world: World, handle: Handle, cursors: readonly Cursor[]): readonly string[] {
  // The regions of the foreign origin each have a stream of their own: there a timetoken is no place.
  if (world.server.tricks) return [];
  const interest = new Interest(world, handle);
  return handle.got.flatMap((got) => {
    const at = cursors.findLast(({ order }) => order < got.order);
    const isPassed = at && isOfLoop(world, { got, interest, since: at.order });
    return isPassed && BigInt(got.timetoken) <= at.timetoken
      ? [`cursor: ${at.timetoken} had passed ${got.key} before ${handle.id} got it`]
      : [];
  });
}

function isOfLoop(
  { truth, net }: World,
  { got, interest, since }: { readonly got: Got; readonly interest: Interest; readonly since: number },
): boolean {
  const entry = truth.byKey.get(got.key);
  if (!entry || !interest.isForeseen(entry)) return false;
  return interest.covering(got.channel).every(
    ({ name: { name }, servedOrder, arrivedOrder }) =>
      arrivedOrder < since &&
      entry.order > servedOrder &&
      // A name that is refused meanwhile does not hold the cursor.
      !net.exchanges.some(({ blamed = [], sentOrder }) => blamed.includes(name) && sentOrder > arrivedOrder),
  );
}
