import type { Exchange } from '../../endpoint.ts';
import { encodeNames, path } from '../../request/path.ts';
import { type PollParams, subscribeEndpoint } from '../../subscribe/endpoint.ts';
import type { LoopAnswer } from '../../subscribe/state.ts';

/** `GET /v2/stream/{sub}/{channels}` (docs/reference/protocol.md, "Stream"): a poll that goes on. Its events are answers. */
export function feedEndpoint(): Exchange<PollParams, LoopAnswer> {
  return Object.freeze<Exchange<PollParams, LoopAnswer>>({
    ...subscribeEndpoint(),
    path: ({ channels = [] }, keys) => path`/v2/stream/${keys.subscribeKey}/${encodeNames(channels)}`,
    headers: () => ({ accept: EVENT_STREAM }),
  });
}

/** The content type of a stream of events. */
export const EVENT_STREAM = 'text/event-stream';
