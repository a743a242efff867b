import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { done, GROUPS_PATH, groupOf, needsToManage } from './registry.ts';

/** Deletes a group; one that does not exist is gone already. */
export const deleteChannelGroup: Route = {
  operation: 'delete-channel-group',
  method: 'GET',
  path: `${GROUPS_PATH}/{group}/remove`,
  needs: needsToManage,
  async handle(call) {
    const { groups } = await shardOf(call);
    await groups.delete(groupOf(call));
    return done();
  },
};
