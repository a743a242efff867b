import { checkName, required } from '../../builder/params.ts';
import { defineEndpoint, type Params, type PayloadJson, type Values } from '../../endpoint.ts';
import type { Json } from '../../wire/json.ts';
import { MESSAGE, PAYLOAD, type PublishResult, payloadParam, publishingBy } from '../message.ts';

/** Parameters of a message of a queue. */
interface QueuedParams extends Params {
  channel: string;
  message: PayloadJson<unknown>;
  meta?: Json;
  id?: string;
}

/** A message of a queue, checked. */
export type QueuedValues = Values<QueuedParams>;

// The queue repeats by itself, and keeps the time of the id over all attempts.
const { once: _, ...publishing } = publishingBy('/publish');

/** One attempt of a publish. */
export const attempting = defineEndpoint<QueuedParams, PublishResult>({
  ...publishing,
  operation: 'PNPublishOperation',
  params: {
    channel: required(checkName),
    message: payloadParam,
    meta: MESSAGE.meta,
    id: MESSAGE.id,
  },
  payload: { ...PAYLOAD, post: () => undefined },
  retry: 'not-sent',
});
