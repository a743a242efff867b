import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Json } from '../../wire/json.ts';
import { PUSH_TYPES, type PushEnvironment, type PushType } from './types.ts';

type Fields = Record<string, Json>;

/** An app that receives a notification by `apns2`. */
export interface ApnsTarget {
  /** The app's bundle id. */
  readonly topic: string;
  /** @default 'development' */
  readonly environment?: PushEnvironment;
  /** Tokens of devices that get nothing, for example the sender's own. */
  readonly excludedDevices?: readonly string[];
}

/** How `apns2` delivers a notification, and to whom. */
export interface ApnsConfiguration {
  readonly targets: readonly ApnsTarget[];
  /** A device shows only the last notification of an id. */
  readonly collapseId?: string;
  /** Time after which a device that was off no longer gets it. */
  readonly expirationDate?: Date;
}

/** Options for Apple devices. */
export interface ApnsNotification {
  /** Required for `apns2`. */
  configurations: readonly ApnsConfiguration[];
  /** Wakes the app up, and shows nothing. */
  silent: boolean;
  /** Further members beside `aps`. */
  payload: Fields;
}

/** Options for Firebase devices. */
export interface FcmNotification {
  /** Name of an icon of the app. */
  icon: string | undefined;
  /** A device shows only the last notification of a tag. */
  tag: string | undefined;
  /** Wakes the app up, and shows nothing. */
  silent: boolean;
  /** What the app gets beside, or instead of, the notification. Firebase takes strings only. */
  data: Record<string, string>;
}

/** The members of a message that make the server send notifications. A message may have other members. */
export interface PushPayload {
  readonly pn_apns?: Readonly<Fields>;
  readonly pn_fcm?: Readonly<Fields>;
  readonly pn_gcm?: Readonly<Fields>;
  readonly pn_exceptions?: readonly string[];
  readonly pn_debug?: true;
}

/**
 * The payload of a mobile notification (docs/reference/protocol.md, "Push payloads").
 *
 * @example
 * ```ts
 * const notification = notificationPayload('Chess', 'Your move');
 * notification.sound = 'default';
 * notification.apns.configurations = [{ targets: [{ topic: 'com.example.chess' }] }];
 * const message = { text: 'Your move', ...notification.buildPayload(['apns2', 'fcm']) };
 * await pubnub.publish().channel('game').message(message).execute();
 * ```
 */
export class NotificationPayload {
  title: string | undefined;
  body: string | undefined;
  /** Apple devices only. */
  subtitle: string | undefined;
  /** Name of a sound; `default` is the system's sound. */
  sound: string | undefined;
  /** Badge of the app's icon. Apple devices only. */
  badge: number | undefined;
  /** Make the server report on `<channel>-pndebug` what it sent. */
  debugging = false;
  /** Tokens of devices that get nothing. */
  exceptions: readonly string[] = [];
  readonly apns: ApnsNotification = { configurations: [], silent: false, payload: {} };
  readonly fcm: FcmNotification = { icon: undefined, tag: undefined, silent: false, data: {} };

  /** Throws `PN-1002` for a title or a body that is no text. */
  constructor(title?: string, body?: string) {
    if ([title, body].some((text) => text !== undefined && typeof text !== 'string'))
      throw wrong('the title and the body must be strings');
    this.title = title;
    this.body = body;
  }

  /** The members of the message. Throws `PN-1002` for another platform, and when `apns2` is asked for and has no target. */
  buildPayload(platforms: readonly PushType[]): PushPayload {
    if (!Array.isArray(platforms) || !platforms.every((platform) => PUSH_TYPES.includes(platform)))
      throw wrong(`the platforms must be a list of ${PUSH_TYPES.join(', ')}`);
    const has = (type: PushType) => platforms.includes(type);
    return {
      ...((has('apns') || has('apns2')) && { pn_apns: this.#apns(has('apns2')) }),
      ...(has('fcm') && { pn_fcm: this.#fcm() }),
      ...(has('gcm') && { pn_gcm: this.#gcm() }),
      ...(this.exceptions.length > 0 && { pn_exceptions: this.exceptions }),
      ...(this.debugging && { pn_debug: true }),
    };
  }

  #apns(modern: boolean): Fields {
    const { title, subtitle, body, badge, sound, apns } = this;
    const alert = present({ title, subtitle, body });
    const aps = apns.silent ? { 'content-available': 1 } : present({ ...(alert && { alert }), badge, sound });
    return { ...apns.payload, aps: aps ?? {}, ...(modern && { pn_push: this.#targets() }) };
  }

  #targets(): Json {
    const { configurations } = this.apns;
    if (configurations.length === 0 || configurations.some(({ targets }) => targets.length === 0))
      throw wrong('apns.configurations must have a target for apns2');
    return configurations.map(({ targets, collapseId, expirationDate }) => ({
      auth_method: 'token',
      targets: targets.map(({ topic, environment = 'development', excludedDevices = [] }) => ({
        topic,
        environment,
        ...(excludedDevices.length > 0 && { excluded_devices: excludedDevices }),
      })),
      version: 'v2',
      ...(collapseId !== undefined && { collapse_id: collapseId }),
      ...(expirationDate && { expiration: expirationDate.toISOString() }),
    }));
  }

  // Firebase of today keeps what is for Android in a member of its own.
  #fcm(): Fields {
    const { title, body, sound, fcm } = this;
    const { icon, tag, silent } = fcm;
    const android = present({ sound, icon, tag });
    const shown = { notification: present({ title, body }), android: android && { notification: android } };
    return present({ ...(!silent && shown), data: present(fcm.data) }) ?? {};
  }

  #gcm(): Fields {
    const { title, body, sound, fcm } = this;
    const { icon, tag, silent } = fcm;
    const notification = silent ? undefined : present({ title, body, sound, icon, tag });
    return present({ notification, data: present(fcm.data) }) ?? {};
  }
}

/** Builder of the payload of a mobile notification. Throws `PN-1002` for a title or a body that is no text. */
export function notificationPayload(title?: string, body?: string): NotificationPayload {
  return new NotificationPayload(title, body);
}

function wrong(what: string): PubNubError {
  return new PubNubError('PN-1002', `notificationPayload: ${what}.`);
}

// The given value, if any.
function present(fields: Readonly<Record<string, Json | undefined>>): Fields | undefined {
  const given: Fields = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) given[name] = value;
  return Object.keys(given).length > 0 ? given : undefined;
}
