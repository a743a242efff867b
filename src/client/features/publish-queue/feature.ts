import { checkOptions } from '../../builder/check-options.ts';
import { gather } from '../../builder/given.ts';
import { defineFeature, type Part } from '../../feature.ts';
import { attempting } from './endpoint.ts';
import { LiveQueue } from './live-queue.ts';
import { QUEUE_OPTIONS } from './options.ts';
import type { PublishQueueStart } from './types.ts';

const start: Part<PublishQueueStart> = ({ executor }, channel, options) => {
  // A message of any kind: only the channel and the keys are checked here.
  const { channel: name } = executor.check(attempting, gather(attempting.params, { channel, message: null }));
  return new LiveQueue(executor, name, checkOptions('publishQueue', options, QUEUE_OPTIONS));
};

/** `publishQueue()`: reliable publishing to one channel, also while offline and across processes. */
export const publishQueue = defineFeature({
  name: 'publishQueue',
  parts: {
    /**
     * Makes a queue that publishes to one channel: one message at a time, each repeated until the server has it. Throws
     * `PN-1002` and `PN-1003` for a wrong channel or option, `PN-1006` without a publish key.
     *
     * @example
     * ```ts
     * const queue = pubnub.publishQueue('room', { maxPerSecond: 5 });
     * const { timetoken } = await queue.publish({ text: 'hello' });
     * console.log(timetoken, queue.size);
     * await queue.drain();
     * await queue.close();
     * ```
     */
    publishQueue: start,
  },
});
