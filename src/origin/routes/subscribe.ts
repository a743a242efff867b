import { type Answer, malformed, ok } from '../http/answer.ts';
import type { Held } from '../http/held.ts';
import type { Shard } from '../shard.ts';
import { type Soon, whenThere } from '../soon.ts';
import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import { answerText, HeldPoll, touchOf } from './held-poll.ts';
import { type Names, namesOf, needsToRead, refuseTooManyGroups, shardOf, stampOfText } from './read.ts';
import { presentOn, resolveNames } from './resolve-names.ts';
import type { Call, Route } from './route.ts';
import { sharedListeningOf } from './shared-listening.ts';
import { filterOf } from './subscribe-filter.ts';

/** The long poll (docs/reference/protocol.md, "Subscribe"). */
export const subscribe: Route = {
  operation: 'subscribe',
  method: 'GET',
  path: '/v2/subscribe/{subscribeKey}/{channels}/{callback}',
  needs: needsToRead,
  handle: (call) => whenThere(shardOf(call), (shard) => subscribeTo(shard, call)),
};

function subscribeTo(shard: Shard, call: Call): Soon<Answer | Held> {
  const shared = sharedListeningOf(call);
  const names = shared?.names ?? namesOf(call);
  if (!shared) refuseTooManyGroups(call, names);
  const cursor = cursorOf(call);
  const filter = filterOf(call);
  if (cursor === ZERO_STAMP) return handshake(shard, call, names);
  return new HeldPoll(shard, call, { names, shared, cursor, filter });
}

function cursorOf({ query }: Call): Stamp {
  const cursor = stampOfText(query.text('tt') ?? '0');
  if (cursor === undefined) throw malformed();
  return cursor;
}

// The cursor is taken before the leases, so that a client which subscribes to presence sees its own join.
async function handshake(shard: Shard, call: Call, names: Names): Promise<Answer> {
  const { window } = shard;
  if (!window.log.isCurrent) await window.catchUp();
  // The number first: a cursor that is taken later belongs to this log, or is taken for one of a log before.
  const { epoch } = window.log;
  const cursor = await shard.log.fence();
  const resolved = await resolveNames(shard, names);
  const touch = touchOf(call, resolved, presentOn(resolved));
  if (touch) await shard.presenceTracker.touch(touch);
  return ok(answerText({ cursor, envelopes: [], gaps: [] }, epoch, false));
}
