import type { Done } from '../../wire/read.ts';

/** Result of a call that changes a channel group: it has no fields. */
export type ChannelGroupResult = Done;
