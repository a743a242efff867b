import type { Got, Handle } from '../record.ts';
import { keyOf } from '../truth.ts';
import type { WireEntry } from '../wire.ts';
import type { World } from '../world.ts';
import { Interest } from './interest.ts';

/** Where the answers that reached the client hold each entry first. */
export function placesOnWire({ net }: World): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const arrived = net.exchanges.filter(
    ({ answer, aborted }) => answer !== undefined && aborted === undefined,
  );
  arrived.sort((a, b) => (a.arrivedOrder ?? 0) - (b.arrivedOrder ?? 0));
  for (const { answer } of arrived)
    for (const entry of answer?.entries ?? []) {
      const key = keyOnWire(entry);
      if (!places.has(key)) places.set(key, places.size);
    }
  return places;
}

/**
 * What a subscription got out of order: each channel comes in the order of the answers, and where older entries were
 * fetched, in that of their timetokens.
 */
export function orderProblems(
  world: World,
  handle: Handle,
  places: ReadonlyMap<string, number>,
): readonly string[] {
  const interest = new Interest(world, handle);
  const problems: string[] = [];
  for (const channel of new Set(handle.got.map((got) => got.channel))) {
    // Of several names one may be accepted later than another, or again, and bring what is older.
    const covering = interest.covering(channel);
    const wasRefused = world.net.exchanges.some(({ blamed = [] }) =>
      covering.some(({ name: { name } }) => blamed.includes(name)),
    );
    if ((handle.start !== undefined || wasRefused) && covering.length > 1) continue;
    let before: Got | undefined;
    for (const got of handle.got) {
      if (got.channel !== channel || !isForeseen(world, interest, got)) continue;
      if (before && isReversed({ before, after: got }, places, world.server.blur))
        problems.push(`${handle.id}: got ${got.key} after ${before.key}`);
      before = got;
    }
  }
  return problems;
}

function isForeseen({ truth }: World, interest: Interest, { key }: Got): boolean {
  const entry = truth.byKey.get(key);
  return entry === undefined || interest.isForeseen(entry);
}

function isReversed(
  { before, after }: { readonly before: Got; readonly after: Got },
  places: ReadonlyMap<string, number>,
  blur: bigint,
): boolean {
  if (BigInt(before.timetoken) - BigInt(after.timetoken) <= blur) return false;
  return (places.get(before.key) ?? Number.POSITIVE_INFINITY) >= (places.get(after.key) ?? -1);
}

function keyOnWire({ c: channel, e, i: publisher, p, d: payload, u: meta, cmt: type }: WireEntry): string {
  const isPresence = channel.endsWith('-pnpres');
  const kind = isPresence ? 'presence' : e === 1 ? 'signal' : 'message';
  return keyOf({
    channel,
    timetoken: p.t,
    kind,
    publisher,
    payload,
    meta: isPresence ? undefined : meta,
    type,
  });
}
