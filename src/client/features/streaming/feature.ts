import { invalid } from '../../config/checks.ts';
import { defineFeature } from '../../feature.ts';
import { FeedReceiver } from './feed-receiver.ts';

/** The option `receive`: the loop receives over one stream of events instead of polls. */
export const streaming = defineFeature({
  name: 'streaming',
  receiver: (executor, poller) => {
    const { receive } = executor.settings;
    if (receive === 'poll') return;
    if (receive === 'stream' || receive === 'auto') return new FeedReceiver(executor, poller);
    throw invalid('The option "receive" must be "poll", "stream" or "auto".');
  },
});
