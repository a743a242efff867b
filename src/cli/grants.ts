import { InvalidArgumentError } from 'commander';
import { PERMISSIONS, type PermissionName } from './permissions.ts';

/** Permissions by name or pattern, as options collect them. */
export type Grants = Readonly<Record<string, readonly PermissionName[]>>;

/** Collects `room=read,write`: the name may hold `=` itself, permissions do not. The same name twice adds up. */
export function collectGrant(text: string, before: Grants = {}): Grants {
  const end = text.lastIndexOf('=');
  const name = text.slice(0, Math.max(0, end));
  if (name === '') throw new InvalidArgumentError('It must be a name and its permissions: room=read,write.');
  const given = text
    .slice(end + 1)
    .split(',')
    .map((one) => one.trim());
  const permissions = given.map((one) => PERMISSIONS.find((known) => known === one) ?? unknown(one));
  return {
    ...before,
    [name]: [...(Object.hasOwn(before, name) ? (before[name] ?? []) : []), ...permissions],
  };
}

function unknown(permission: string): never {
  const what = permission === '' ? 'A permission is missing' : `"${permission}" is no permission`;
  throw new InvalidArgumentError(`${what}; there are ${PERMISSIONS.join(', ')}.`);
}
