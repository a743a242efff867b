import { bodyText } from '../http/body.ts';
import { publishRefusal } from '../http/refusals.ts';
import { publishTarget, publishTo, refuseLonger } from './publication.ts';
import type { Route } from './route.ts';

const TOO_LARGE = 'Message Too Large';

/** Publish with the message in the path; `fire` is the same (docs/reference/protocol.md, "Publish"). */
export const publish: Route = {
  operation: 'publish',
  method: 'GET',
  path: '/publish/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}/{message}',
  async handle(call) {
    const { limits, clock } = call.services;
    const shard = await publishTarget(call);
    const text = call.segment('message');
    refuseLonger(text, limits.messageBytes, { text: TOO_LARGE, now: clock.now() });
    return publishTo(shard, call, { kind: 'message', text });
  },
};

/** Publish with the message in the body, compressed or not. */
export const publishPost: Route = {
  operation: 'publish',
  method: 'POST',
  path: '/publish/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}',
  async handle(call) {
    const { limits, clock } = call.services;
    const shard = await publishTarget(call);
    const body = await bodyText(call.request.body, limits.messageBytes);
    if (body === 'too-large') throw publishRefusal(TOO_LARGE, clock.now());
    if (body === 'invalid') throw publishRefusal('Invalid JSON', clock.now());
    return publishTo(shard, call, { kind: 'message', text: body.text });
  },
};
