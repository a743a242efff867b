/** What a permission lets its holder do, by the bit that stands for it (docs/reference/protocol.md, "Permissions"). */
export const PERMISSION_BITS = Object.freeze({
  read: 1,
  write: 2,
  manage: 4,
  delete: 8,
  get: 32,
  update: 64,
  join: 128,
});

/** One thing that a permission may allow. */
export type Permission = keyof typeof PERMISSION_BITS;

/** The kinds of name that permissions are given for. */
export type ResourceKind = 'channels' | 'groups' | 'uuids';
