import { type Answer, malformed, ok } from '../http/answer.ts';
import type { Held } from '../http/held.ts';
import type { Shard } from '../shard.ts';
import { type Soon, whenThere } from '../soon.ts';
import { ZERO_STAMP } from '../store/stamp.ts';
import { HeldPoll } from './held-poll.ts';
import { type ListenOptions, touchOf } from './listener.ts';
import { type Names, namesOf, needsToRead, refuseTooManyGroups, shardOf, stampOfText } from './read.ts';
import { presentOn, resolveNames } from './resolve-names.ts';
import type { Call, Route } from './route.ts';
import { sharedListeningOf } from './shared-listening.ts';
import { filterOf } from './subscribe-filter.ts';
import { type Cursor, regionOfText } from './subscribe-start.ts';

/** The long poll (docs/reference/protocol.md, "Subscribe"). */
export const subscribe: Route = {
  operation: 'subscribe',
  method: 'GET',
  path: '/v2/subscribe/{subscribeKey}/{channels}/{callback}',
  needs: needsToRead,
  handle: (call) => whenThere(shardOf(call), (shard) => subscribeTo(shard, call)),
};

function subscribeTo(shard: Shard, call: Call): Soon<Answer | Held> {
  const options = listenOptionsOf(call, cursorOf(call));
  if (options.cursor !== ZERO_STAMP) return new HeldPoll(shard, call, options);
  return handshake(shard, call, options.names).then(({ cursor, region }) =>
    // Nothing else tells clients that there are streams.
    ok(`{"t":{"t":"${cursor}","r":${region}},"m":[]${call.services.comments.areFrequent ? ',"s":1' : ''}}`),
  );
}

/** What a request listens to from a cursor. Throws a `Refusal` for names and filters that are not valid. */
export function listenOptionsOf(call: Call, { cursor, region }: Cursor): ListenOptions {
  const shared = sharedListeningOf(call);
  const names = shared?.names ?? namesOf(call);
  if (!shared) refuseTooManyGroups(call, names);
  return { names, shared, cursor, region, filter: filterOf(call) };
}

/** The cursor of a poll: zero for a handshake. Throws a `Refusal` for one that is not valid. */
export function cursorOf({ query }: Call): Cursor {
  const cursor = stampOfText(query.text('tt') ?? '0');
  if (cursor === undefined) throw malformed();
  return { cursor, region: regionOfText(query.text('tr')) };
}

/**
 * The cursor of a client that begins, whose leases begin too. It is taken before the leases, so that a client which
 * subscribes to presence sees its own join.
 */
export async function handshake(shard: Shard, call: Call, names: Names) {
  const { window } = shard;
  if (!window.log.isCurrent) await window.catchUp();
  // The number first: a cursor that is taken later belongs to this log, or is taken for one of a log before.
  const { epoch: region } = window.log;
  const cursor = await shard.log.fence();
  const resolved = await resolveNames(shard, names);
  const touch = touchOf(call, resolved, presentOn(resolved));
  if (touch) await shard.presenceTracker.touch(touch);
  return { cursor, region };
}
