import type { Answer } from '../../http/answer.ts';
import type { GroupStore } from '../../store/groups.ts';
import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import {
  channelsOf,
  done,
  found,
  GROUPS_PATH,
  groupOf,
  needsToManage,
  refuseExcess,
  registryRefusal,
} from './registry.ts';

/** Adds channels to a group, removes some, or lists them: the query says which. */
export const channelGroup: Route = {
  operation: 'channel-group',
  method: 'GET',
  path: `${GROUPS_PATH}/{group}`,
  needs: needsToManage,
  async handle(call) {
    const { groups } = await shardOf(call);
    const group = groupOf(call);
    const add = channelsOf(call, 'add');
    const remove = channelsOf(call, 'remove');
    if (add && remove) throw registryRefusal('One call cannot both add and remove channels');
    if (!add && !remove) return listed(groups, group);
    refuseExcess(await groups.change(group, add ?? [], remove ?? []), call);
    return done();
  },
};

async function listed(groups: GroupStore, group: string): Promise<Answer> {
  const members = await groups.members(group);
  return found({ channels: members.map(({ channel }) => channel).sort(), group });
}
