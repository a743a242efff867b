/** The permissions of an access token. */
export const PERMISSIONS = ['read', 'write', 'manage', 'delete', 'get', 'update', 'join'] as const;

/** The name of a permission. */
export type PermissionName = (typeof PERMISSIONS)[number];
