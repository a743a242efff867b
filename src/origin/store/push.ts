/** The limit that a registration would exceed. */
export type PushExcess = 'devices' | 'channels';

/** The channels of which devices are notified. A device is identified by any unique text. */
export interface PushStore {
  /** The channels of a device, sorted; none for a device that is not known. */
  channels(device: string): Promise<readonly string[]>;
  /** Adds channels and removes others, all or none. Resolves to what would be exceeded, and then nothing has changed. */
  change(device: string, add: readonly string[], remove: readonly string[]): Promise<PushExcess | undefined>;
  /** Forgets a device. */
  forget(device: string): Promise<void>;
}

/** The limits of registrations. */
export interface PushRules {
  /** Devices of one subscribe key. */
  readonly devices: number;
  /** Channels of one device. */
  readonly channels: number;
}
