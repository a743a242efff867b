import { needsOnAll } from '../needs.ts';
import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { found, GROUPS_PATH } from './registry.ts';

/** Lists the groups of a subscribe key, also those that have become empty. */
export const listChannelGroups: Route = {
  operation: 'list-channel-groups',
  method: 'GET',
  path: GROUPS_PATH,
  needs: needsOnAll('groups', 'manage'),
  async handle(call) {
    const { groups } = await shardOf(call);
    return found({ namespace: '', groups: [...(await groups.list())].sort() });
  },
};
