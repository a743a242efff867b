import { rest } from '../../builder/verbs.ts';
import { defineFeature } from '../../feature.ts';
import { fire } from './fire.ts';
import { publish } from './publish.ts';
import { signal } from './signal.ts';
import { time } from './time.ts';

/** Sending messages, and the server's clock: part of every client. */
export const publishing = defineFeature({
  name: 'publishing',
  builders: {
    /** Sends a message to the subscribers of a channel. */
    publish: rest(publish),
    /** Sends a message that is neither stored nor replicated. */
    fire: rest(fire),
    /** Sends a small message that is never stored. */
    signal: rest(signal),
    /** Asks for the server's clock. */
    time: rest(time),
  },
});
