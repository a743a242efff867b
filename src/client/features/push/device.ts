import { checkNotEmpty, must, optional, required } from '../../builder/params.ts';
import type { Check, Keyset, Params, Query, Values } from '../../endpoint.ts';
import { path } from '../../request/path.ts';

/** Who delivers: Firebase, also by its old name, or Apple, by its old interface or by the one of today. */
export type PushType = 'fcm' | 'gcm' | 'apns' | 'apns2';

/** Which of Apple's servers a build of an app talks to. */
export type PushEnvironment = 'development' | 'production';

/** Parameters that name a device. */
export interface PushDeviceParams extends Params {
  /** The device's token, as its system gave it to the app. */
  deviceId: string;
  /** Who delivers: `fcm` (`gcm` by its old name), `apns2`, or the old `apns`. */
  pushType: PushType;
  /** The app's bundle id; needed by `apns2`, and for it only. */
  topic?: string;
  /** Which of Apple's servers, for `apns2` only: `development` or `production`. Default `development`. */
  environment?: PushEnvironment;
}

type Device = Values<PushDeviceParams>;

// Longer than a name may be: tokens of Firebase have some hundred characters.
const checkToken = must(
  'be a string that is neither empty nor "." or "..", and without control characters',
  (value) => typeof value === 'string' && value.isWellFormed() && !/^\.{0,2}$|\p{Cc}/u.test(value),
);

function oneOf(...values: readonly unknown[]): Check {
  return must(`be one of ${values.join(', ')}`, (value) => values.includes(value));
}

/** The parameters that name a device. */
export const DEVICE = {
  deviceId: required(checkToken),
  pushType: required(oneOf('fcm', 'gcm', 'apns', 'apns2')),
  topic: optional(checkNotEmpty),
  environment: optional(oneOf('development', 'production')),
} as const;

/** Only what `apns2` takes goes with it, and only there. */
export function deviceConflict({ pushType, topic, environment }: Device): string | undefined {
  if (pushType === 'apns2') return topic === undefined ? 'pushType apns2 needs a topic' : undefined;
  return topic === undefined && environment === undefined
    ? undefined
    : 'topic and environment are for pushType apns2';
}

/** The path of a device. */
export function devicePath({ deviceId, pushType }: Device, { subscribeKey }: Keyset): string {
  return pushType === 'apns2'
    ? path`/v2/push/sub-key/${subscribeKey}/devices-apns2/${deviceId}`
    : path`/v1/push/sub-key/${subscribeKey}/devices/${deviceId}`;
}

/** The query that says how a device is reached. */
export function deviceQuery({ pushType, topic, environment = 'development' }: Device): Query {
  return pushType === 'apns2' ? { environment, topic } : { type: pushType };
}
