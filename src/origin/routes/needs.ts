import type { Permission } from '../../protocol/permissions.ts';
import { namesOf } from './read.ts';
import type { Need, Route } from './route.ts';

type Needs = Route['needs'];

/**
 * In the place of a name: all names there are, as for a list of everything. The whole key has to be granted, this name,
 * or a pattern that obviously matches everything.
 */
export const ALL_NAMES = '*';

/** Anybody may do it. */
export const needsNothing: Needs = () => [];

/** A permission on the path's channel. */
export function needsOnChannel(permission: Permission): Needs {
  return ({ segment }) => [{ resource: 'channels', names: [segment('channel')], permission }];
}

/** Reading the path's channels and the query's groups. */
export const needsToRead: Needs = (call) => {
  const { channels, groups } = namesOf(call);
  return [
    { resource: 'channels', names: channels, permission: 'read' },
    { resource: 'groups', names: groups, permission: 'read' },
  ];
};

/** A permission on everything of a kind. */
export function needsOnAll(resource: Need['resource'], permission: Permission): Needs {
  return () => [{ resource, names: [ALL_NAMES], permission }];
}
