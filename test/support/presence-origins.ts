import { type Engine, MemoryEngine, type OriginLimits } from '../../src/origin/index.ts';
import type { Clock } from '../../src/protocol/clock.ts';
import { originNetwork } from './origin-network.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

/** The clock of an origin whose process can be killed: none of its timers fires from then on. */
export class MortalClock implements Clock {
  readonly #clock: Clock;
  #dead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  setTimeout(callback: () => void, milliseconds: number): unknown {
    return this.#clock.setTimeout(() => this.#dead || callback(), milliseconds);
  }

  clearTimeout(timer: unknown): void {
    this.#clock.clearTimeout(timer);
  }

  die(): void {
    this.#dead = true;
  }
}

/** The options of two origins. */
export interface TwoOriginsOptions {
  readonly limits?: Partial<OriginLimits>;
  /** `false`: the origins take the store for one that is elsewhere. Default `true`. */
  readonly isLocal?: boolean;
}

/** Two origins on one engine, and an observer of presence at the second. The first can be killed. */
export function twoOrigins({ limits = {}, isLocal = true }: TwoOriginsOptions = {}) {
  const clock = new VirtualClock();
  const engine = new MemoryEngine({ clock, random: () => 0.5 });
  const store: Engine = isLocal ? engine : elsewhere(engine);
  const mortal = new MortalClock(clock);
  const a = originNetwork({ store, clock: mortal, limits });
  const b = originNetwork({ store, clock, limits });

  /** The presence events of channels from now on, as the second origin tells them. */
  const observer = async (...channels: string[]) => {
    const names = channels.map((channel) => `${channel}-pnpres`).join(',');
    let cursor = (await b.subscribe(names)).t.t;
    return async () => {
      const { m, t } = await b.drain(names, cursor);
      cursor = t.t;
      return m.map(({ c, d }) => ({ channel: String(c).replace('-pnpres', ''), ...(d as PresencePayload) }));
    };
  };
  return { clock, a, b, observer, kill: () => mortal.die() };
}

/** A presence event as a subscriber gets it. */
export interface PresencePayload {
  readonly action: string;
  readonly uuid: string;
  readonly occupancy: number;
  readonly join?: readonly string[];
  readonly leave?: readonly string[];
  readonly timeout?: readonly string[];
}

/** The users on a channel, as an origin tells them. */
export async function usersOn(network: ReturnType<typeof originNetwork>, channel: string) {
  const { json } = await network.send(`/v2/presence/sub-key/demo/channel/${channel}`);
  return [...(json as { uuids: string[] }).uuids].sort();
}

/** Parks a poll; resolves when it waits. */
export async function parked(poll: Promise<unknown>): Promise<void> {
  poll.catch(() => undefined);
  await settle();
}

// Its calls settle as they do in memory; only that is not known.
function elsewhere(engine: MemoryEngine): Engine {
  return {
    isLocal: false,
    close: () => engine.close(),
    shard: (subscribeKey, rules) => engine.shard(subscribeKey, rules),
  };
}
