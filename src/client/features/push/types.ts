/** The push services that deliver. */
export const PUSH_TYPES: readonly PushType[] = Object.freeze(['fcm', 'gcm', 'apns', 'apns2']);

/** The push service that delivers: Firebase, also by its old name, or Apple, by its current or its old interface. */
export type PushType = 'fcm' | 'gcm' | 'apns' | 'apns2';

/** Apple's environment for a build of an app. */
export type PushEnvironment = 'development' | 'production';
