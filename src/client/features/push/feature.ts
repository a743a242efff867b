import type { Paging } from '../../builder/paging.ts';
import {
  checkAmount,
  checkName,
  checkNotEmpty,
  must,
  optional,
  required,
  requiredListOf,
} from '../../builder/params.ts';
import { paged, rest } from '../../builder/verbs.ts';
import type { ChannelName } from '../../channels.ts';
import type { Answer, Check, Keyset, List, Params, Query, Values } from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import { path } from '../../request/path.ts';
import { at, type Done, expected, stringsAt } from '../../wire/read.ts';
import { distinct } from '../../wire/values.ts';
import { PUSH_TYPES, type PushEnvironment, type PushType } from './types.ts';

/** Parameters that identify a device. */
export interface PushDeviceParams extends Params {
  /** The device's token, as its system gave it to the app. */
  deviceId: string;
  /** The push service: `fcm` (`gcm` by its old name), `apns2`, or the old `apns`. */
  pushType: PushType;
  /** The app's bundle id; required for `apns2`, and only valid for it. */
  topic?: string;
  /** Apple's environment, for `apns2` only: `development` or `production`. Default `development`. */
  environment?: PushEnvironment;
}

/** Parameters of `addPushChannels()`. */
export interface AddPushChannelsParams extends PushDeviceParams {
  /** Channels whose notifications the device receives from now on. */
  channels: List<ChannelName<this['~map']>>;
}

/** Parameters of `removePushChannels()`. */
export interface RemovePushChannelsParams extends PushDeviceParams {
  /** Channels whose notifications the device no longer receives. Unregistered ones are ignored. */
  channels: List<ChannelName<this['~map']>>;
}

/** Parameters of `listPushChannels()`. */
export interface ListPushChannelsParams extends PushDeviceParams {
  /** Channel after which the list begins. */
  start?: string;
  /** Channels, at most 1000. */
  count?: number;
}

/** Parameters of `removeAllPushChannels()`. */
export interface RemoveAllPushChannelsParams extends PushDeviceParams {}

/** Result of a call that registers or removes channels of a device: it has no fields. */
export type PushChannelsResult = Done;

/** Result of `listPushChannels()`. */
export interface ListPushChannelsResult {
  /** Channels whose notifications the device receives. */
  readonly channels: readonly string[];
}

type Device = Values<PushDeviceParams>;

/** Largest number of channels in one answer. */
const LARGEST_PAGE = 1_000;

// Longer than a name may be: tokens of Firebase have some hundred characters.
const checkToken = must(
  'be a string that is neither empty nor "." or "..", and without control characters',
  (value) => typeof value === 'string' && value.isWellFormed() && !/^\.{0,2}$|\p{Cc}/u.test(value),
);

function oneOf(...values: readonly unknown[]): Check {
  return must(`be one of ${values.join(', ')}`, (value) => values.includes(value));
}

const channels = requiredListOf(checkName);

const DEVICE = {
  deviceId: required(checkToken),
  pushType: required(oneOf(...PUSH_TYPES)),
  topic: optional(checkNotEmpty),
  environment: optional(oneOf('development', 'production')),
};

const OF_DEVICE = {
  params: DEVICE,
  conflict: ({ pushType, topic, environment }: Device) => {
    if (pushType === 'apns2') return topic === undefined ? 'pushType apns2 needs a topic' : undefined;
    return topic === undefined && environment === undefined
      ? undefined
      : 'topic and environment are for pushType apns2';
  },
  path: devicePath,
  query: deviceQuery,
  retry: 'safe',
} as const;

const CHANGE = {
  ...OF_DEVICE,
  parse: ({ body }: Answer): PushChannelsResult =>
    at(body, 0) === 1 ? {} : expected('a list that begins with 1'),
} as const;

/** Each channel once, until a page is not full or brings nothing new. */
const pushChannelPaging: Paging<ListPushChannelsParams, ListPushChannelsResult> = {
  place: ['start'],
  first: ({ count = LARGEST_PAGE }) => ({ count }),
  pageIn: ({ start }, { channels }) => {
    // Some servers begin with `start`, others after it.
    const fresh = channels.slice(start === undefined ? 0 : channels.indexOf(start) + 1);
    return fresh.length > 0 ? { channels: fresh } : undefined;
  },
  next: ({ start, count = LARGEST_PAGE }, { channels }) => {
    const last = channels.at(-1);
    const isFull = channels.length >= Math.min(count, LARGEST_PAGE);
    return isFull && last !== undefined && last !== start ? [{ start: last }] : [];
  },
};

/** The operations on mobile push (docs/reference/protocol.md, "Mobile push"). */
export const push = defineFeature({
  name: 'push',
  builders: {
    /**
     * Registers a device for notifications of channels.
     *
     * @example
     * ```ts
     * await pubnub.addPushChannels().deviceId(token).pushType('fcm').channels('news', 'sport').execute();
     * ```
     */
    addPushChannels: rest<AddPushChannelsParams, PushChannelsResult>({
      ...CHANGE,
      operation: 'PNAddPushNotificationEnabledChannelsOperation',
      params: { ...DEVICE, channels },
      query: (given) => ({ add: distinct(given.channels).join(','), ...deviceQuery(given) }),
    }),
    /** Removes channels from the registration of a device. */
    removePushChannels: rest<RemovePushChannelsParams, PushChannelsResult>({
      ...CHANGE,
      operation: 'PNRemovePushNotificationEnabledChannelsOperation',
      params: { ...DEVICE, channels },
      query: (given) => ({ remove: distinct(given.channels).join(','), ...deviceQuery(given) }),
    }),
    /**
     * Lists the channels for which a device is registered.
     *
     * @example
     * ```ts
     * const { channels } = await pubnub.listPushChannels().deviceId(token).pushType('fcm').execute();
     * ```
     */
    listPushChannels: paged<ListPushChannelsParams, ListPushChannelsResult>(
      {
        ...OF_DEVICE,
        operation: 'PNPushNotificationEnabledChannelsOperation',
        params: { ...DEVICE, start: optional(checkName), count: optional(checkAmount) },
        query: ({ start, count, ...device }) => ({
          ...deviceQuery(device),
          start,
          count: count && Math.min(count, LARGEST_PAGE),
        }),
        parse: ({ body }) => ({ channels: stringsAt(body) }),
      },
      pushChannelPaging,
    ),
    /**
     * Removes a device and all its channels.
     *
     * @example
     * ```ts
     * await pubnub.removeAllPushChannels().deviceId(token).pushType('apns2').topic('com.example.app').execute();
     * ```
     */
    removeAllPushChannels: rest<RemoveAllPushChannelsParams, PushChannelsResult>({
      ...CHANGE,
      operation: 'PNRemoveAllPushNotificationsOperation',
      path: (given, keys) => `${devicePath(given, keys)}/remove`,
    }),
  },
});

function devicePath({ deviceId, pushType }: Device, { subscribeKey }: Keyset): string {
  return pushType === 'apns2'
    ? path`/v2/push/sub-key/${subscribeKey}/devices-apns2/${deviceId}`
    : path`/v1/push/sub-key/${subscribeKey}/devices/${deviceId}`;
}

function deviceQuery({ pushType, topic, environment = 'development' }: Device): Query {
  return pushType === 'apns2' ? { environment, topic } : { type: pushType };
}
