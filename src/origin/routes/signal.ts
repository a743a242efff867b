import { needsOnChannel } from './needs.ts';
import { publishTarget, publishTo, refuseLonger } from './publication.ts';
import type { Route } from './route.ts';

/** A small message that is never stored (docs/reference/protocol.md, "Signal"). */
export const signal: Route = {
  operation: 'signal',
  method: 'GET',
  path: '/signal/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}/{message}',
  needs: needsOnChannel('write'),
  async handle(call) {
    const { limits, clock } = call.services;
    const shard = await publishTarget(call);
    const text = call.segment('message');
    refuseLonger(text, limits.signalBytes, { text: 'Signal size too large', now: clock.now() });
    return publishTo(shard, call, { kind: 'signal', text });
  },
};
