import { withoutPresence } from '../../protocol/names.ts';
import { isTimetoken } from '../../protocol/timetoken.ts';
import { type Answer, ok } from '../http/answer.ts';
import { malformed } from '../http/refusals.ts';
import type { Shard } from '../shard.ts';
import { type Stamp, stampFromCursor, stampOf, ZERO_STAMP } from '../store/stamp.ts';
import type { Touch } from '../store/store.ts';
import type { Batch } from '../window/batch.ts';
import type { Lost } from '../window/gaps.ts';
import type { Outcome } from '../window/window.ts';
import { registryRefusal } from './channel-groups/registry.ts';
import { filterOf } from './filter-expression.ts';
import { type Listening, listen, presentOn } from './listening.ts';
import { needsToRead } from './needs.ts';
import { leaseOf, type Names, namesOf, shardOf, userOf } from './read.ts';
import type { Call, Route } from './route.ts';
import { startOf } from './start.ts';
import { statesOf } from './state.ts';
import { subscribeAnswer } from './subscribe-answer.ts';

// A client that comes back after so long may fear that it has missed something.
const LATE_MS = 60_000;

/** The long poll (docs/reference/protocol.md, "Subscribe"). */
export const subscribe: Route = {
  operation: 'subscribe',
  method: 'GET',
  path: '/v2/subscribe/{subscribeKey}/{channels}/{callback}',
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const names = namesOf(call);
    refuseTooManyGroups(call, names);
    const cursor = cursorOf(call);
    const passes = filterOf(call);
    if (cursor === ZERO_STAMP) return handshake(shard, call, names);
    const late = cursor < stampOf(call.services.clock.now() - LATE_MS);
    const start = await startOf(shard, call, { ...names, cursor });
    const batch = await receive(shard, call, { ...start, names, passes });
    if (start.lost) shard.adopted.add(batch.cursor);
    return ok(subscribeAnswer(batch, { region: shard.epoch, late }));
  },
};

// PubNub's own limit; a group and its presence count as one.
function refuseTooManyGroups({ services }: Call, { groups }: Names): void {
  const count = new Set(groups.map(withoutPresence)).size;
  if (count > services.limits.subscribedGroups)
    throw registryRefusal('Maximum channel group count exceeded.');
}

function cursorOf({ query }: Call): Stamp {
  const cursor = query.text('tt') ?? '0';
  if (!isTimetoken(cursor)) throw malformed();
  return stampFromCursor(cursor);
}

// The cursor comes before the joins, so that a client which subscribes to presence sees its own.
async function handshake(shard: Shard, call: Call, names: Names): Promise<Answer> {
  const cursor = await shard.log.head();
  const touch = touchOf(call, await listen(shard, names));
  if (touch) await shard.attendance.seen(touch);
  return ok(subscribeAnswer({ cursor, envelopes: [], gaps: [] }, { region: shard.epoch, late: false }));
}

interface Wish {
  readonly cursor: Stamp;
  readonly lost?: Lost | undefined;
  readonly passes: ReturnType<typeof filterOf>;
}

async function receive(shard: Shard, call: Call, wish: Wish & { names: Names }): Promise<Batch> {
  const { clock, limits } = call.services;
  const { names, lost, passes } = wish;
  // Who comes from another log is told its new place at once, also when there is nothing else to tell.
  const ends = clock.now() + (lost ? 0 : limits.holdSeconds * 1000);
  for (let { cursor } = wish; ; ) {
    const listening = await listen(shard, names);
    const outcome = await hold(shard, call, { listening, cursor, lost, passes, holdMs: ends - clock.now() });
    if (outcome.kind !== 'regroup') return outcome.batch;
    cursor = outcome.batch.cursor;
  }
}

interface Hold extends Wish {
  readonly listening: Listening;
  readonly holdMs: number;
}

// A poll is a sign of life, and so is each moment for which it is held.
async function hold(shard: Shard, call: Call, { listening, ...wish }: Hold): Promise<Outcome> {
  const interruption = call.request.interruption;
  // Who has hung up already may have said good-bye since.
  const touch = interruption?.aborted ? undefined : touchOf(call, listening);
  const parked = touch && (await shard.attendance.park(touch));
  const outcome = await shard.window.poll({
    ...wish,
    mix: listening.mix,
    interruption,
  });
  parked?.end(outcome.kind !== 'cut');
  return outcome;
}

function touchOf(call: Call, listening: Listening): Touch | undefined {
  const user = userOf(call);
  const states = statesOf(call, listening);
  const channels = presentOn(listening);
  return user === undefined ? undefined : { user, channels, leaseMs: leaseOf(call), states };
}
