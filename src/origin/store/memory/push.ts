import type { PushExcess, PushRules, PushStore } from '../push.ts';

const NO_LIMITS: PushRules = { devices: Number.POSITIVE_INFINITY, channels: Number.POSITIVE_INFINITY };

/** The devices of one shard, in memory. A device without channels is removed. */
export class MemoryPush implements PushStore {
  readonly #rules: PushRules;
  readonly #devices = new Map<string, ReadonlySet<string>>();

  constructor(rules: PushRules = NO_LIMITS) {
    this.#rules = rules;
  }

  async channels(device: string): Promise<readonly string[]> {
    return [...(this.#devices.get(device) ?? [])].sort();
  }

  async change(
    device: string,
    add: readonly string[],
    remove: readonly string[],
  ): Promise<PushExcess | undefined> {
    const known = this.#devices.get(device) ?? new Set();
    const next = new Set([...known, ...add]);
    for (const channel of remove) next.delete(channel);
    if (next.size > known.size && next.size > this.#rules.channels) return 'channels';
    if (next.size > 0 && known.size === 0 && this.#devices.size >= this.#rules.devices) return 'devices';
    if (next.size > 0) this.#devices.set(device, next);
    else this.#devices.delete(device);
    return undefined;
  }

  async forget(device: string): Promise<void> {
    this.#devices.delete(device);
  }
}
