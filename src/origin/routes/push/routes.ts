import { nameProblem } from '../../../protocol/names.ts';
import { type Answer, json, ok } from '../../http/answer.ts';
import type { PushExcess } from '../../store/push.ts';
import { shardOf } from '../read.ts';
import type { Call, Route } from '../route.ts';
import { countOf } from '../storage/read.ts';
import { channelsIn, type DeviceOf, deviceOfApple, deviceOfType, pushRefusal } from './device.ts';

const MAX_COUNT = 1_000;
const EXCESSES: Readonly<Record<PushExcess, string>> = {
  devices: 'Maximum device count exceeded',
  channels: 'Maximum channel count exceeded',
};

/** Registers devices for mobile push, and lists what is registered (docs/reference/protocol.md, "Mobile push"). */
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
      needs: () => [],
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
  if (isList) return json(200, page(call, await push.channels(device)));
  if (changed(call).length === 0) throw pushRefusal('Invalid channel argument');
  const excess = await push.change(device, channelsIn(call, 'add'), channelsIn(call, 'remove'));
  if (excess) throw pushRefusal(EXCESSES[excess]);
  return ok('[1, "Modified Channels"]');
}

function page({ query }: Call, all: readonly string[]): readonly string[] {
  const count = countOf(query, 'count', MAX_COUNT);
  const start = query.text('start');
  if (count === undefined) throw pushRefusal('Invalid count argument');
  if (start === undefined) return all.slice(0, count);
  if (nameProblem(start) !== undefined) throw pushRefusal('Invalid start argument');
  return all.filter((channel) => channel > start).slice(0, count);
}
