import { nameProblem } from '../../protocol/names.ts';
import { type Answer, json, ok, Refusal } from '../http/answer.ts';
import type { Page } from '../store/page.ts';
import type { PushExcess } from '../store/push.ts';
import { countOf, needsNothing, shardOf, splitNames } from './read.ts';
import type { Call, Route } from './route.ts';

const MAX_COUNT = 1_000;
const MAX_TOKEN_LENGTH = 4_096;
const TOKEN = /^[\x21-\x7e]+$/;
const APPLE_TOKEN = /^[0-9a-fA-F]+$/;
const ENVIRONMENTS = ['development', 'production'];
// Firebase has two names.
const TYPES: ReadonlyMap<string, string> = new Map([
  ['fcm', 'fcm'],
  ['gcm', 'fcm'],
  ['apns', 'apns'],
]);
const EXCESSES: Readonly<Record<PushExcess, string>> = {
  devices: 'Maximum device count exceeded',
  channels: 'Maximum channel count exceeded',
};

/** Registers devices for mobile push, and lists their channels (docs/reference/protocol.md, "Mobile push"). */
export const PUSH: readonly Route[] = [
  ...routesOf('/v1/push/sub-key/{subscribeKey}/devices/{device}', deviceOfType),
  ...routesOf('/v2/push/sub-key/{subscribeKey}/devices-apns2/{device}', deviceOfApple),
];

function routesOf(path: string, deviceOf: DeviceOf): readonly Route[] {
  return [
    {
      operation: 'push-channels',
      method: 'GET',
      path,
      needs: (call) => [{ resource: 'channels', names: changed(call), permission: 'read' }],
      handle: (call) => channels(call, deviceOf),
    },
    {
      operation: 'remove-push-device',
      method: 'GET',
      path: `${path}/remove`,
      needs: needsNothing,
      async handle(call) {
        const { push } = await shardOf(call);
        await push.forget(deviceOf(call));
        return ok('[1, "Removed Device"]');
      },
    },
  ];
}

function changed(call: Call): readonly string[] {
  return [...channelsIn(call, 'add'), ...channelsIn(call, 'remove')];
}

async function channels(call: Call, deviceOf: DeviceOf): Promise<Answer> {
  const { query } = call;
  const { push } = await shardOf(call);
  const device = deviceOf(call);
  const isList = query.get('add') === undefined && query.get('remove') === undefined;
  if (isList) return json(200, await push.channels(device, pageOf(call)));
  if (changed(call).length === 0) throw pushRefusal('Invalid channel argument');
  const excess = await push.change(device, channelsIn(call, 'add'), channelsIn(call, 'remove'));
  if (excess) throw pushRefusal(EXCESSES[excess]);
  return ok('[1, "Modified Channels"]');
}

function pageOf({ query }: Call): Page {
  const limit = countOf(query, 'count', { min: 1, max: MAX_COUNT });
  const after = query.text('start');
  if (limit === undefined) throw pushRefusal('Invalid count argument');
  if (after !== undefined && nameProblem(after) !== undefined) throw pushRefusal('Invalid start argument');
  return { after, limit };
}

function pushRefusal(error: string): Refusal {
  return new Refusal(json(400, { error }));
}

// The id of a device in the store, made of its push service and its token. Throws a `Refusal` for an invalid device.
type DeviceOf = (call: Call) => string;

// The first interface has the push service as `type`.
function deviceOfType(call: Call): string {
  const token = tokenOf(call);
  const type = TYPES.get(call.query.text('type') ?? '');
  if (type === undefined) throw pushRefusal('Invalid type argument');
  if (type === 'apns') refuseForApple(token);
  return JSON.stringify([type, token]);
}

// Apple's devices are registered for each app and environment separately.
function deviceOfApple(call: Call): string {
  const token = tokenOf(call);
  const topic = call.query.text('topic');
  const environment = call.query.text('environment') ?? 'development';
  if (topic === undefined || nameProblem(topic) !== undefined) throw pushRefusal('Invalid topic argument');
  if (!ENVIRONMENTS.includes(environment)) throw pushRefusal('Invalid environment argument');
  refuseForApple(token);
  return JSON.stringify(['apns2', token, environment, topic]);
}

function tokenOf({ segment }: Call): string {
  const token = segment('device');
  if (token.length > MAX_TOKEN_LENGTH || !TOKEN.test(token)) throw pushRefusal('Invalid device token');
  return token;
}

// The message has Apple's lengths, which are not checked: some clients test with shorter tokens.
function refuseForApple(token: string): void {
  if (!APPLE_TOKEN.test(token)) throw pushRefusal('Expected 32 or 100 byte hex device token');
}

function channelsIn({ query, services }: Call, parameter: 'add' | 'remove'): readonly string[] {
  const channels = splitNames(query.get(parameter));
  if (channels.length > services.limits.names) throw pushRefusal(`Too many channels to ${parameter}`);
  if (channels.some((channel) => nameProblem(channel) !== undefined))
    throw pushRefusal(`Invalid ${parameter} argument`);
  return channels;
}
