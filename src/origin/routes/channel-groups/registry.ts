import { isPresenceName, nameProblem } from '../../../protocol/names.ts';
import { type Answer, json, ok } from '../../http/answer.ts';
import { Refusal } from '../../http/refusals.ts';
import type { GroupExcess } from '../../store/groups.ts';
import { splitNames } from '../read.ts';
import type { Call, Need } from '../route.ts';

/** The path under which groups are managed (docs/reference/protocol.md, "Channel groups"). */
export const GROUPS_PATH = '/v1/channel-registration/sub-key/{subscribeKey}/channel-group';

const RESERVED = 'Reserved character in input parameters.';
const RESERVED_CHARACTER = /[,\p{Cc}]/u;

/** What is answered when there is nothing to say. */
export function done(): Answer {
  return ok('{"status": 200, "message": "OK", "service": "channel-registry", "error": false}');
}

/** A good answer with what was asked for. */
export function found(payload: object): Answer {
  return json(200, { status: 200, payload, service: 'channel-registry', error: false });
}

/** The registry's shape of an error. */
export function registryRefusal(message: string): Refusal {
  return new Refusal(json(400, { status: 400, message, service: 'channel-registry', error: true }));
}

/** The path's group. Throws a `Refusal` for what cannot name one: `g-pnpres` is the presence of the group `g`. */
export function groupOf({ segment }: Call): string {
  const group = segment('group');
  refuseInvalid('channel group', group);
  if (isPresenceName(group)) throw registryRefusal('Invalid channel group: it is the name of its presence');
  return group;
}

/** Managing the path's group: changing it, and seeing what is in it. */
export function needsToManage(call: Call): readonly Need[] {
  return [{ resource: 'groups', names: [groupOf(call)], permission: 'manage' }];
}

/** Channels to add or to remove, or `undefined` when there is no such parameter. Throws a `Refusal` for bad ones. */
export function channelsOf(
  { query, services }: Call,
  parameter: 'add' | 'remove',
): readonly string[] | undefined {
  const list = query.get(parameter);
  if (list === undefined) return undefined;
  const channels = splitNames(list);
  const most = services.limits.groupChanges;
  if (channels.length === 0) throw registryRefusal(`No channels to ${parameter}`);
  if (channels.length > most) throw registryRefusal(`Too many channels to ${parameter}: at most ${most}`);
  for (const channel of channels) refuseInvalid('channel', channel);
  return channels;
}

/** Throws the `Refusal` of a change that the store did not make. */
export function refuseExcess(excess: GroupExcess | undefined, { services }: Call): void {
  if (excess === 'groups') throw registryRefusal('Maximum channel group count exceeded.');
  if (excess === 'channels') {
    throw registryRefusal(
      `Maximum channel count exceeded: at most ${services.limits.groupChannels} in a group`,
    );
  }
}

function refuseInvalid(what: string, name: string): void {
  const problem = nameProblem(name);
  if (problem === undefined) return;
  throw registryRefusal(RESERVED_CHARACTER.test(name) ? RESERVED : `Invalid ${what}: it ${problem}`);
}
