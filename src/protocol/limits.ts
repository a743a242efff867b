/** Largest message, in bytes of its JSON text (docs/reference/protocol.md, "Publish errors"). */
export const MAX_MESSAGE_BYTES = 32_768;

/** Largest signal, in bytes of its JSON text. */
export const MAX_SIGNAL_BYTES = 64;

/** Longest request line that the protocol's balancers accept, in bytes. */
export const MAX_URI_BYTES = 32_752;

/** Entries that the live queue of a channel keeps, and that one subscribe answer holds. */
export const LIVE_QUEUE_LENGTH = 100;

/** Seconds after which a user who gave no sign of life has timed out. */
export const DEFAULT_PRESENCE_TIMEOUT = 300;
