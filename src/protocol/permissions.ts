/** The bits of permissions (docs/reference/protocol.md, "Permissions"). */
export const PERMISSION_BITS = Object.freeze({
  read: 1,
  write: 2,
  manage: 4,
  delete: 8,
  get: 32,
  update: 64,
  join: 128,
});

/** The name of a permission bit. */
export type Permission = keyof typeof PERMISSION_BITS;

/** The kinds of name that have permissions. */
export type ResourceKind = 'channels' | 'groups' | 'uuids';
