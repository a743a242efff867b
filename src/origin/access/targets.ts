import { isPresenceName, presenceNameOf, withoutPresence } from '../../protocol/names.ts';
import type { ResourceKind } from '../../protocol/permissions.ts';
import type { GrantTarget } from '../store/access.ts';

/** Everything of a subscribe key, for everybody. */
export const WHOLE_KEY: GrantTarget = { resource: 'subkey', name: '', authKey: undefined };

/** All that a grant may be for so that it covers a name: the name, the wildcards over it, and the whole key. */
export function targetsOver(
  resource: ResourceKind,
  name: string,
  authKey: string | undefined,
): readonly GrantTarget[] {
  const names = resource === 'channels' ? [name, ...wildcardsOver(name)] : [name];
  const keys = authKey === undefined ? [undefined] : [undefined, authKey];
  return [WHOLE_KEY, ...names.flatMap((one) => keys.map((key) => ({ resource, name: one, authKey: key })))];
}

// Presence is granted by its own name, so that a wildcard over channels does not show who is on them.
function wildcardsOver(name: string): readonly string[] {
  const channel = withoutPresence(name);
  const wildcards: string[] = [];
  for (
    let dot = channel.indexOf('.');
    dot >= 0 && dot < channel.length - 1;
    dot = channel.indexOf('.', dot + 1)
  ) {
    const wildcard = `${channel.slice(0, dot)}.*`;
    if (dot > 0) wildcards.push(isPresenceName(name) ? presenceNameOf(wildcard) : wildcard);
  }
  return wildcards;
}
