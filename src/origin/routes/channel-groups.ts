import { isPresenceName, nameProblem } from '../../protocol/names.ts';
import { type Answer, json, ok, registryRefusal } from '../http/answer.ts';
import { eachPage } from '../store/page.ts';
import { needsOnAll, shardOf, splitNames } from './read.ts';
import type { Call, Route } from './route.ts';

const GROUPS_PATH = '/v1/channel-registration/sub-key/{subscribeKey}/channel-group';
const RESERVED = 'Reserved character in input parameters.';
const RESERVED_CHARACTER = /[,\p{Cc}]/u;

/** Adds channels to a group, removes some, or lists them, depending on the query. */
export const channelGroup: Route = {
  operation: 'channel-group',
  method: 'GET',
  path: `${GROUPS_PATH}/{group}`,
  needs: needsToManage,
  async handle(call) {
    const { groups, caches } = await shardOf(call);
    const group = groupOf(call);
    const add = changesOf(call, 'add');
    const remove = changesOf(call, 'remove');
    if (add && remove) throw registryRefusal('One call cannot both add and remove channels');
    const membersNow = async () => {
      const members = (await caches.groups.current([group])).get(group) ?? [];
      return members.map(({ channel }) => channel);
    };
    if (!add && !remove) return found({ channels: (await membersNow()).sort(), group });
    const excess = await groups.change(group, add ?? [], remove ?? []);
    if (excess === 'groups') throw registryRefusal('Maximum channel group count exceeded.');
    const most = call.services.limits.groupChannels;
    if (excess) {
      const isOfGroup = new Set([...(await membersNow()), ...(add ?? [])]).size > most;
      const which = isOfGroup
        ? `at most ${most} in a group`
        : 'there is no room for more in all groups together';
      throw registryRefusal(`Maximum channel count exceeded: ${which}`);
    }
    return done();
  },
};

/** Deletes a group; deleting one that does not exist succeeds too. */
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

/** Lists the groups of a subscribe key, empty ones included. */
export const listChannelGroups: Route = {
  operation: 'list-channel-groups',
  method: 'GET',
  path: GROUPS_PATH,
  needs: needsOnAll('groups', 'manage'),
  async handle(call) {
    const { groups, longWorks } = await shardOf(call);
    const { nextTurn } = call.services;
    return longWorks.run(call, {
      weight: Number.POSITIVE_INFINITY,
      async run() {
        const names: string[] = [];
        const pages = eachPage({ read: (page) => groups.list(page), nameOf: (name) => name, nextTurn });
        for await (const page of pages) names.push(...page);
        return found({ namespace: '', groups: names });
      },
    });
  },
};

function done(): Answer {
  return ok('{"status": 200, "message": "OK", "service": "channel-registry", "error": false}');
}

function found(payload: object): Answer {
  return json(200, { status: 200, payload, service: 'channel-registry', error: false });
}

function needsToManage(call: Call): ReturnType<Route['needs']> {
  return [{ resource: 'groups', names: [groupOf(call)], permission: 'manage' }];
}

// `g-pnpres` is the presence of the group `g`, and cannot be a group itself.
function groupOf({ segment }: Call): string {
  const group = segment('group');
  refuseInvalid('channel group', group);
  if (isPresenceName(group)) throw registryRefusal('Invalid channel group: it is the name of its presence');
  return group;
}

function changesOf({ query, services }: Call, parameter: 'add' | 'remove'): readonly string[] | undefined {
  const list = query.get(parameter);
  if (list === undefined) return undefined;
  const channels = splitNames(list);
  const most = services.limits.groupChanges;
  if (channels.length === 0) throw registryRefusal(`No channels to ${parameter}`);
  if (channels.length > most) throw registryRefusal(`Too many channels to ${parameter}: at most ${most}`);
  for (const channel of channels) refuseInvalid('channel', channel);
  return channels;
}

function refuseInvalid(what: string, name: string): void {
  const problem = nameProblem(name);
  if (problem === undefined) return;
  throw registryRefusal(RESERVED_CHARACTER.test(name) ? RESERVED : `Invalid ${what}: it ${problem}`);
}
