import { PNOperationType } from '../../../protocol/status.ts';
import { checkAmount, checkName, optional, requiredListOf } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type List } from '../../endpoint.ts';
import { at, type Done, expected, stringsAt } from '../../wire/read.ts';
import { distinct } from '../../wire/values.ts';
import { DEVICE, deviceConflict, devicePath, deviceQuery, type PushDeviceParams } from './device.ts';

/** Parameters of `addPushChannels()`. */
export interface AddPushChannelsParams extends PushDeviceParams {
  /** Channels whose notifications the device is to get. */
  channels: List<ChannelName<this['~map']>>;
}

/** Parameters of `removePushChannels()`. */
export interface RemovePushChannelsParams extends PushDeviceParams {
  /** Channels whose notifications the device is to get no more. Others are passed over. */
  channels: List<ChannelName<this['~map']>>;
}

/** Parameters of `listPushChannels()`. */
export interface ListPushChannelsParams extends PushDeviceParams {
  /** The channel after which the list begins. */
  start?: string;
  /** Channels, at most 1000. */
  count?: number;
}

/** Parameters of `removeAllPushChannels()`. */
export interface RemoveAllPushChannelsParams extends PushDeviceParams {}

/** Result of a call that changes for which channels a device gets notifications: it has no fields. */
export type PushChannelsResult = Done;

/** Result of `listPushChannels()`. */
export interface ListPushChannelsResult {
  readonly channels: readonly string[];
}

/** Channels that one answer lists at most. */
export const LARGEST_PAGE = 1_000;

const PARSE_CHANGE = {
  retry: 'safe',
  parse: ({ body }: { readonly body: unknown }) => changed(body),
} as const;

/**
 * `GET …/devices/{token}?add={channels}` (docs/reference/protocol.md, "Mobile push").
 *
 * @example
 * ```ts
 * await pubnub.addPushChannels().deviceId(token).pushType('fcm').channels('news', 'sport').execute();
 * ```
 */
export const addPushChannels = defineEndpoint<AddPushChannelsParams, PushChannelsResult>({
  operation: PNOperationType.PNAddPushNotificationEnabledChannelsOperation,
  params: { ...DEVICE, channels: requiredListOf(checkName) },
  conflict: deviceConflict,
  path: devicePath,
  query: (values) => ({ add: distinct(values.channels).join(','), ...deviceQuery(values) }),
  ...PARSE_CHANGE,
});

/**
 * `GET …/devices/{token}?remove={channels}` (docs/reference/protocol.md, "Mobile push").
 *
 * @example
 * ```ts
 * await pubnub.removePushChannels().deviceId(token).pushType('fcm').channels('sport').execute();
 * ```
 */
export const removePushChannels = defineEndpoint<RemovePushChannelsParams, PushChannelsResult>({
  operation: PNOperationType.PNRemovePushNotificationEnabledChannelsOperation,
  params: { ...DEVICE, channels: requiredListOf(checkName) },
  conflict: deviceConflict,
  path: devicePath,
  query: (values) => ({ remove: distinct(values.channels).join(','), ...deviceQuery(values) }),
  ...PARSE_CHANGE,
});

/**
 * `GET …/devices/{token}` (docs/reference/protocol.md, "Mobile push").
 *
 * @example
 * ```ts
 * const { channels } = await pubnub.listPushChannels().deviceId(token).pushType('fcm').execute();
 * ```
 */
export const listPushChannels = defineEndpoint<ListPushChannelsParams, ListPushChannelsResult>({
  operation: PNOperationType.PNPushNotificationEnabledChannelsOperation,
  params: { ...DEVICE, start: optional(checkName), count: optional(checkAmount) },
  conflict: deviceConflict,
  path: devicePath,
  query: (values) => ({
    ...deviceQuery(values),
    start: values.start,
    count: values.count && Math.min(values.count, LARGEST_PAGE),
  }),
  retry: 'safe',
  parse: ({ body }) => ({ channels: stringsAt(body) }),
});

/**
 * `GET …/devices/{token}/remove` (docs/reference/protocol.md, "Mobile push").
 *
 * @example
 * ```ts
 * await pubnub.removeAllPushChannels().deviceId(token).pushType('apns2').topic('com.example.app').execute();
 * ```
 */
export const removeAllPushChannels = defineEndpoint<RemoveAllPushChannelsParams, PushChannelsResult>({
  operation: PNOperationType.PNRemoveAllPushNotificationsOperation,
  params: DEVICE,
  conflict: deviceConflict,
  path: (values, keys) => `${devicePath(values, keys)}/remove`,
  query: deviceQuery,
  ...PARSE_CHANGE,
});

function changed(body: unknown): PushChannelsResult {
  return at(body, 0) === 1 ? {} : expected('a list that begins with 1');
}
