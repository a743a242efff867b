import { publishRefusal } from '../../http/refusals.ts';
import { publishTarget, publishTo, refuseLonger } from '../publication.ts';
import type { Route } from '../route.ts';
import { needsChannel } from './read.ts';

/** Tells a channel of a file; whether there is one is not looked at (docs/reference/protocol.md, "Files"). */
export const publishFile: Route = {
  operation: 'publish-file',
  method: 'GET',
  path: '/v1/files/publish-file/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}/{message}',
  needs: needsChannel('write'),
  async handle(call) {
    const { limits, clock } = call.services;
    const shard = await publishTarget(call);
    const text = call.segment('message');
    refuseLonger(text, limits.messageBytes, { text: 'Message Too Large', now: clock.now() });
    if (!tellsOfFile(text)) throw publishRefusal('Invalid file message', clock.now());
    return publishTo(shard, call, { kind: 'file', text });
  },
};

// Clients take a file message apart without a look at it. One that is encrypted is a string; what is no JSON at all is
// refused as any other message.
function tellsOfFile(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text);
    const { id, name } = Object(Object(message).file);
    return typeof message === 'string' || (typeof id === 'string' && typeof name === 'string');
  } catch {
    return true;
  }
}
