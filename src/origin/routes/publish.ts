import type { Answer } from '../http/answer.ts';
import { bodyText } from '../http/body.ts';
import { publishRefusal } from '../http/refusals.ts';
import { largeMessageBytes, type OriginLimits } from '../limits.ts';
import { needsOnChannel } from './needs.ts';
import { publishTarget, publishTo, refuseLonger } from './publication.ts';
import type { Call, Route } from './route.ts';

const TOO_LARGE = 'Message Too Large';

/** Publish with the message in the path; `fire` is the same (docs/reference/protocol.md, "Publish"). */
export const publish: Route = {
  operation: 'publish',
  method: 'GET',
  path: '/publish/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}/{message}',
  needs: needsOnChannel('write'),
  async handle(call) {
    const { limits, clock } = call.services;
    const shard = await publishTarget(call);
    const text = call.segment('message');
    refuseLonger(text, limits.messageBytes, { text: TOO_LARGE, now: clock.now() });
    return publishTo(shard, call, { kind: 'message', text });
  },
};

/** Publish with the message in the body, compressed or not. */
export const publishPost = publishPosted('', ({ messageBytes }) => messageBytes);

/** Publish of a large message, as some clients send what is too large for the other. */
export const publishLarge = publishPosted('/v2', largeMessageBytes);

function publishPosted(version: '' | '/v2', bytes: (limits: OriginLimits) => number): Route {
  return {
    operation: 'publish',
    method: 'POST',
    path: `${version}/publish/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}`,
    needs: needsOnChannel('write'),
    ...(version && { bodyBytes: (limits) => Math.max(bytes(limits), limits.bodyBytes) }),
    handle: (call) => publishBody(call, bytes(call.services.limits)),
  };
}

async function publishBody(call: Call, maxBytes: number): Promise<Answer> {
  const { clock } = call.services;
  const shard = await publishTarget(call);
  const body = await bodyText(call.request.body, maxBytes);
  if (body === 'too-large') throw publishRefusal(TOO_LARGE, clock.now());
  if (body === 'invalid') throw publishRefusal('Invalid JSON', clock.now());
  return publishTo(shard, call, { kind: 'message', text: body.text });
}
