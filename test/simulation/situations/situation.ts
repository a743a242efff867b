import type { PubNubOptions } from '../../../src/index.ts';
import type { Deed, Look, Plan, Setting, StartWish, Step, Wish } from '../plan.ts';
import type { Handle } from '../record.ts';
import type { World } from '../world.ts';

/** A hostile situation that somebody thought of, as a plan with looks in between. */
export interface Situation extends Plan {
  readonly name: string;
  /** It needs what reads history, which came after version 0.1. */
  readonly needsHistory: boolean;
}

const PLAIN: Setting = {
  origin: 'roomy',
  queue: 5,
  historyLag: 0,
  regionSkew: 0,
  regionDelay: 0,
  latency: 0,
  policy: 'default',
  heartbeats: false,
  recovery: 'none',
  heals: true,
};

interface Circumstances {
  readonly needsHistory?: boolean;
  readonly options?: Partial<PubNubOptions>;
}

/** A situation in a plain world, but for what is said of it. */
export function situation(
  name: string,
  setting: Partial<Setting> & Circumstances,
  steps: readonly (Step | Look)[],
): Situation {
  const { needsHistory = false, options, ...rest } = setting;
  return { name, needsHistory, steps, setting: { ...PLAIN, ...rest }, ...(options && { options }) };
}

/** A foreign origin that keeps ten entries of a channel. */
export const FOREIGN = { origin: 'foreign', queue: 10 } as const;

export function wait(ms: number): Step {
  return { do: 'advance', ms };
}

export function tell(channel: string, count = 1): Step {
  return { do: 'tell', channel, count, like: 'unique' };
}

export function back(count: number): StartWish {
  return { at: 'message', back: count };
}

/** A subscription to channels, and what else it wants. */
export function sub(id: string, channels: readonly string[], more: Partial<Wish> = {}): Deed {
  return { do: 'subscribe', id, wish: { channels, groups: [], presence: false, ...more } };
}

export function end(id: string): Deed {
  return { do: 'unsubscribe', id };
}

/** Puts channels into a group. */
export function group(name: string, ...add: readonly string[]): Step {
  return { do: 'group', group: name, add, remove: [] };
}

export const DISCONNECT: Deed = { do: 'disconnect' };
export const RECONNECT: Deed = { do: 'reconnect' };
export const BREAK: Step = { do: 'break-connections' };

/** A look that says something is wrong unless it holds. */
export function holds(what: string, condition: (world: World) => boolean): Look {
  return (world) => (condition(world) ? undefined : [`not so: ${what}`]);
}

/** A look at how many messages a subscription has got by now. */
export function has(id: string, count: number): Look {
  return (world) => {
    const got = handleOf(world, id).got.length;
    return got >= count ? undefined : [`${id} has got ${got} messages by now, not ${count}`];
  };
}

/** The subscription of this name. */
export function handleOf(world: World, id: string): Handle {
  const handle = world.handles.get(id);
  if (!handle) throw new RangeError(`There is no subscription ${id}.`);
  return handle;
}

/** Whether a subscription was told a gap for this reason. */
export function wasTold(world: World, id: string, reason?: string): boolean {
  return handleOf(world, id).gaps.some(({ gap }) => reason === undefined || gap.reason === reason);
}
