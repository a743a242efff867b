import { Account, type Budget, LiveRoom } from '../budget.ts';
import type { Page } from '../page.ts';
import type { PushExcess, PushRules, PushStore } from '../push.ts';

const NO_LIMITS = {
  devices: Number.POSITIVE_INFINITY,
  channels: Number.POSITIVE_INFINITY,
  registrations: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
};

/** The devices of one shard, in memory. A device without channels is removed. */
export class MemoryPush implements PushStore {
  readonly #rules: PushRules;
  readonly #account: Account;
  readonly #devices = new Map<string, ReadonlySet<string>>();

  constructor(rules: PushRules = NO_LIMITS, budget?: Budget) {
    this.#rules = rules;
    const limits = new LiveRoom(rules, 'registrations', 'bytes');
    this.#account = new Account({ limits, budget });
  }

  /** Registrations that are held. */
  get size(): number {
    return this.#account.entries;
  }

  /** Gives back all room: the registrations are used no more. */
  clear(): void {
    this.#account.clear();
  }

  async channels(device: string, { after = '', limit }: Page): Promise<readonly string[]> {
    const channels = [...(this.#devices.get(device) ?? [])].filter((channel) => channel > after);
    return channels.sort().slice(0, limit);
  }

  async change(
    device: string,
    add: readonly string[],
    remove: readonly string[],
  ): Promise<PushExcess | undefined> {
    const known = this.#devices.get(device) ?? new Set<string>();
    const next = new Set([...known, ...add]);
    for (const channel of remove) next.delete(channel);
    if (next.size > known.size && next.size > this.#rules.channels) return 'channels';
    if (next.size > 0 && known.size === 0 && this.#devices.size >= this.#rules.devices) return 'devices';
    const [entries, bytes] = [next.size - known.size, weightOf(device, next) - weightOf(device, known)];
    if (!this.#account.hasRoom(entries, bytes)) return 'channels';
    this.#account.add(entries, bytes);
    if (next.size > 0) this.#devices.set(device, next);
    else this.#devices.delete(device);
    return undefined;
  }

  async forget(device: string): Promise<void> {
    const known = this.#devices.get(device) ?? new Set<string>();
    this.#account.remove(known.size, weightOf(device, known));
    this.#devices.delete(device);
  }
}

// A registration is the device with one channel.
function weightOf(device: string, channels: ReadonlySet<string>): number {
  let weight = 0;
  for (const channel of channels) weight += channel.length;
  return channels.size > 0 ? weight + device.length : 0;
}
