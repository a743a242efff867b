/** Largest message, in bytes of its JSON text (docs/reference/protocol.md, "Publish errors"). */
export const MAX_MESSAGE_BYTES = 32_768;

/** Largest signal, in bytes of its JSON text. */
export const MAX_SIGNAL_BYTES = 64;

/** Longest request line that the protocol's balancers accept, in bytes. */
export const MAX_URI_BYTES = 32_752;

/** Channels that one call may add to a channel group or remove from it (docs/reference/protocol.md, "Channel groups"). */
export const MAX_GROUP_CHANGES = 200;

/** Entries that the live queue of a channel keeps, and that one subscribe answer holds. */
export const LIVE_QUEUE_LENGTH = 100;

/** Longest type of a message action, in characters (docs/reference/protocol.md, "Message actions"). */
export const MAX_ACTION_TYPE_LENGTH = 15;

/** Users of one channel that one here-now answer lists (docs/reference/protocol.md, "Presence endpoints"). */
export const MAX_OCCUPANTS = 1_000;

/** Seconds without a request after which a user times out. */
export const DEFAULT_PRESENCE_TIMEOUT = 300;

/** Entries of one page of messages, message actions, files or metadata. */
export const LARGEST_PAGE = 100;
