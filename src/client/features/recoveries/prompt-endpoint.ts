import type { Exchange } from '../../endpoint.ts';
import { type PollParams, subscribeEndpoint } from '../../subscribe/endpoint.ts';
import type { LoopAnswer } from '../../subscribe/state.ts';

/** A poll that the origin does not hold (docs/reference/protocol.md, "Subscribe"). Other servers hold it as any. */
export function promptEndpoint(): Exchange<PollParams, LoopAnswer> {
  const poll = subscribeEndpoint();
  return Object.freeze<Exchange<PollParams, LoopAnswer>>({
    ...poll,
    query: (values, keys) => ({ ...poll.query?.(values, keys), hold: 0 }),
  });
}
