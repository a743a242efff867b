import { json, ok, presenceRefusal } from '../http/answer.ts';
import { isDeeperThan, isObject, type JsonObject, parseJson } from '../http/body.ts';
import type { PresenceExcess, Touch } from '../store/presence.ts';
import {
  instanceOf,
  isForOne,
  leaseOf,
  namesOf,
  needsNothing,
  needsToRead,
  refuseTooManyGroups,
  shardOf,
  userInPath,
  userOf,
} from './read.ts';
import { channelsNow, presentOn, type ResolvedNames, resolveNames } from './resolve-names.ts';
import type { Call, Route } from './route.ts';

const CHANNEL_PATH = '/v2/presence/sub-key/{subscribeKey}/channel/{channels}';
const NO_STATE = '{}';
const MAX_DEPTH = 32;

/** Renews the leases of a user (docs/reference/protocol.md, "Presence endpoints"). */
export const heartbeat: Route = {
  operation: 'heartbeat',
  method: 'GET',
  path: `${CHANNEL_PATH}/heartbeat`,
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const user = userOf(call);
    const names = namesOf(call);
    refuseTooManyGroups(call, names);
    const resolved = await resolveNames(shard, names);
    const states = statesOf(call, resolved);
    const channels = presentOn(resolved);
    if (user !== undefined) {
      const touch = { user, instance: instanceOf(call), channels, leaseMs: leaseOf(call), states };
      refuseTooMuch(call, touch);
      refuseExcess(call, (await shard.presenceTracker.touch(touch)).excess);
    }
    return ok('{"status": 200, "message": "OK", "service": "Presence"}');
  },
};

/** Ends the leases of one instance of a user (docs/reference/protocol.md, "Presence endpoints"). */
export const leave: Route = {
  operation: 'leave',
  method: 'GET',
  path: `${CHANNEL_PATH}/leave`,
  needs: needsNothing,
  async handle(call) {
    const shard = await shardOf(call);
    const user = userOf(call);
    const resolved = await resolveNames(shard, namesOf(call));
    const instance = instanceOf(call);
    if (user !== undefined) await shard.presenceTracker.leave(user, presentOn(resolved), instance);
    return ok('{"status": 200, "action": "leave", "message": "OK", "service": "Presence"}');
  },
};

/** The channels on which a user is present (docs/reference/protocol.md, "Where now"). */
export const whereNow: Route = {
  operation: 'where-now',
  method: 'GET',
  path: '/v2/presence/sub-key/{subscribeKey}/uuid/{uuid}',
  needs: needsNothing,
  async handle(call) {
    const shard = await shardOf(call);
    const channels = await shard.presence.whereNow(userInPath(call));
    return json(200, { status: 200, message: 'OK', payload: { channels }, service: 'Presence' });
  },
};

/** The state of a user: of one channel alone, or by channel (docs/reference/protocol.md, "Presence state"). */
export const getState: Route = {
  operation: 'get-state',
  method: 'GET',
  path: `${CHANNEL_PATH}/uuid/{uuid}`,
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const user = userInPath(call);
    const names = namesOf(call);
    const channels = await channelsNow(shard, names);
    const states = await shard.presence.getState(user, channels);
    const stateOn = (channel: string) => states.get(channel) ?? NO_STATE;
    const start = `{"status":200,"message":"OK","service":"Presence","uuid":${JSON.stringify(user)}`;
    const [channel] = names.channels;
    if (channel !== undefined && isForOne(call, names))
      return ok(`${start},"channel":${JSON.stringify(channel)},"payload":${stateOn(channel)}}`);
    const items = channels.map((name) => `${JSON.stringify(name)}:${stateOn(name)}`);
    return ok(`${start},"payload":{"channels":{${items.join(',')}}}}`);
  },
};

/** Sets the state of a user, present or not (docs/reference/protocol.md, "Presence state"). */
export const setState: Route = {
  operation: 'set-state',
  method: 'GET',
  path: `${CHANNEL_PATH}/uuid/{uuid}/data`,
  needs: needsToRead,
  async handle(call) {
    const shard = await shardOf(call);
    const user = userInPath(call);
    const names = namesOf(call);
    refuseTooManyGroups(call, names);
    const payload = stateOf(call);
    if (!payload) throw presenceRefusal('No state specified.');
    const channels = await channelsNow(shard, names);
    const state = canonicalText(payload);
    const states = new Map(channels.map((channel) => [channel, state]));
    refuseTooMuch(call, { user, channels, states });
    refuseExcess(call, await shard.presenceTracker.setState(user, states));
    return json(200, { status: 200, message: 'OK', payload, service: 'Presence' });
  },
};

/**
 * The `state` parameter by channel, as JSON text. It is an object by channel or group name; a group's state is that of
 * its channels. Throws a `Refusal` for anything else.
 */
export function statesOf(call: Call, resolved: ResolvedNames): ReadonlyMap<string, string> | undefined {
  const byName = stateOf(call);
  if (!byName) return undefined;
  const states = new Map<string, string>();
  for (const [name, state] of Object.entries(byName)) {
    if (!isObject(state)) throw invalidState();
    const text = canonicalText(state);
    for (const channel of resolved.present.get(name) ?? []) states.set(channel, text);
  }
  return states;
}

/** Throws a `Refusal` if a request announces a user on too many channels, or too much of their state. */
export function refuseTooMuch({ services }: Call, { user, instance = '', channels, states }: Touch): void {
  const { requestLeases, requestLeasesBytes } = services.limits;
  if (channels.length > requestLeases)
    throw presenceRefusal(`Too many channels: at most ${requestLeases} in a request`);
  const names = user.length + instance.length;
  const bytes = channels.reduce(
    (sum, channel) => sum + names + channel.length + (states?.get(channel)?.length ?? 0),
    0,
  );
  if (bytes > requestLeasesBytes)
    throw presenceRefusal(`Too much state: at most ${requestLeasesBytes} characters on all channels`);
}

// What there was room for is done; the rest of the request is refused.
function refuseExcess({ services }: Call, excess: PresenceExcess | undefined): void {
  if (excess === 'user') {
    const { userLeases, userLeasesBytes } = services.limits;
    throw presenceRefusal(
      `Too many channels of one user: at most ${userLeases}, with ${userLeasesBytes} characters of names and state`,
    );
  }
  if (excess === 'all') throw presenceRefusal('Service Unavailable', 503);
}

function stateOf({ query }: Call): JsonObject | undefined {
  const text = query.text('state');
  if (text === undefined) return undefined;
  const state = parseJson(text);
  if (!isObject(state) || isDeeperThan(MAX_DEPTH, state)) throw invalidState();
  return state;
}

// With its keys sorted: equal states have equal texts.
function canonicalText(state: JsonObject): string {
  return JSON.stringify(sorted(state));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}

function invalidState() {
  return presenceRefusal('Invalid JSON specified.');
}
