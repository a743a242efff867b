import { type Answer, malformed } from '../http/answer.ts';
import type { Held } from '../http/held.ts';
import type { Shard } from '../shard.ts';
import { type Soon, whenThere } from '../soon.ts';
import { ZERO_STAMP } from '../store/stamp.ts';
import { EVENT_STREAM, Feed, RETRY_LATER } from './feed.ts';
import { needsToRead, shardOf, stampOfText } from './read.ts';
import type { Call, Route } from './route.ts';
import { cursorOf, handshake, listenOptionsOf } from './subscribe.ts';
import { type Cursor, regionOfText } from './subscribe-start.ts';

const EVENT_ID = /^(\d{0,10}):(\d{1,19})$/;
// Any client asks again after it, and an `EventSource` after nothing else.
const UNAVAILABLE: Answer = Object.freeze({ ...EVENT_STREAM, body: RETRY_LATER });

/** The same as polls, as server-sent events (docs/reference/protocol.md, "Stream"). */
export const stream: Route = {
  operation: 'stream',
  method: 'GET',
  path: '/v2/stream/{subscribeKey}/{channels}',
  needs: needsToRead,
  handle: (call) => whenThere(shardOf(call), (shard) => streamOf(shard, call)),
  unavailable: UNAVAILABLE,
};

function streamOf(shard: Shard, call: Call): Soon<Held> {
  const options = listenOptionsOf(call, lastEventOf(call) ?? cursorOf(call));
  if (options.cursor !== ZERO_STAMP) return new Feed(shard, call, { ...options, isNew: false });
  return handshake(shard, call, options.names).then(
    (start) => new Feed(shard, call, { ...options, ...start, isNew: true }),
  );
}

// The cursor of the last event that the reader had. A page that makes a new `EventSource` can give it in the query alone.
function lastEventOf({ request, query }: Call): Cursor | undefined {
  const id = request.header('last-event-id') || query.text('lastEventId');
  if (id === undefined) return undefined;
  const [, region, timetoken] = EVENT_ID.exec(id) ?? [];
  const cursor = stampOfText(timetoken);
  if (cursor === undefined) throw malformed();
  return { cursor, region: regionOfText(region) };
}
