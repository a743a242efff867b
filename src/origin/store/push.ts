import type { Page } from './page.ts';

/** The limit that a registration would exceed. */
export type PushExcess = 'devices' | 'channels';

/** The push registrations of devices. Any unique text identifies a device. */
export interface PushStore {
  /** The channels of a device, in order; none for a device that is not known. */
  channels(device: string, page: Page): Promise<readonly string[]>;
  /** Adds channels and removes others, all or none. Resolves to the limit that would be exceeded, without any change. */
  change(device: string, add: readonly string[], remove: readonly string[]): Promise<PushExcess | undefined>;
  /** Removes a device. */
  forget(device: string): Promise<void>;
}

/** The limits of registrations. */
export interface PushRules {
  /** Devices of one subscribe key. */
  readonly devices: number;
  /** Channels of one device. */
  readonly channels: number;
  /** Channels of all devices. Absent: no limit. */
  readonly registrations?: number;
  /** Characters of the names of all devices and their channels. Absent: no limit. */
  readonly bytes?: number;
}
