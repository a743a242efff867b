/** The member of `meta` that carries the id of a publish: the one field that every origin passes through. */
export const PUBLISH_ID_MEMBER = 'tt_id';

/** Longest id of a publish, in UTF-16 units. */
export const MAX_PUBLISH_ID_LENGTH = 128;

/** How long our origin remembers the id of a publish, in milliseconds. */
export const PUBLISH_ID_WINDOW = 120_000;
