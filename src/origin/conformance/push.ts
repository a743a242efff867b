import type { PushExcess, PushStore } from '../store/push.ts';
import { cases } from './case.ts';
import { equal } from './expect.ts';
import { checkPages } from './pages.ts';
import type { Choices } from './random.ts';
import type { World } from './world.ts';

const RULES = { devices: 2, channels: 3 };
const NAMES = ['a', 'b', 'c', 'd'] as const;
const DEVICES = ['x', 'y', '__proto__'] as const;

/** Devices for mobile push. */
export const pushCases = cases('push', {
  'a device has the channels that were added and not removed, in order': async (world) => {
    const { push } = await world.shard();
    equal(await push.channels('x', { limit: 9 }), [], 'the channels of an unknown device');
    equal(await push.change('x', ['b', 'a', 'b'], []), undefined, 'the excess');
    await push.change('x', ['c'], ['b', 'none']);
    await push.change('y', ['d'], []);
    equal([await all(push, 'x'), await all(push, 'y')], [['a', 'c'], ['d']], 'the channels');
    await push.change('x', ['e'], ['e']);
    equal(await all(push, 'x'), ['a', 'c'], 'the channels, one of which was added and removed');
    await push.forget('x');
    await push.forget('x');
    equal([await all(push, 'x'), await all(push, 'y')], [[], ['d']], 'the channels');
  },

  'a device without channels takes no room': async (world) => {
    const { push } = await world.shard({ push: RULES });
    for (const device of ['x', 'y', 'z', 'x']) {
      equal(await push.change(device, ['a'], []), undefined, 'the excess');
      await push.change(device, [], ['a']);
    }
    equal(await push.change('x', ['a'], []), undefined, 'the excess');
    equal(await push.change('y', ['a'], []), undefined, 'the excess');
    equal(await push.change('z', ['a'], []), 'devices', 'the excess');
  },

  'limits of registrations and names hold, and what exceeds them changes nothing': async (world) => {
    const { push } = await world.shard({ push: { devices: 9, channels: 9, registrations: 3, bytes: 40 } });
    equal(await push.change('x', ['a', 'b'], []), undefined, 'the excess');
    equal(await push.change('y', ['a', 'b'], []), 'channels', 'the excess of registrations');
    equal(await push.change('y', ['x'.repeat(50)], []), 'channels', 'the excess of long names');
    equal([await all(push, 'x'), await all(push, 'y')], [['a', 'b'], []], 'the channels');
    equal(await push.change('x', ['c', 'd'], ['a', 'b']), undefined, 'the excess of an exchange');
    await push.forget('x');
    equal(await push.change('y', ['a', 'b', 'c'], []), undefined, 'the excess when there is room again');
  },

  'changes at the same time all count': async (world) => {
    const { push } = await world.shard();
    const channels = Array.from({ length: 20 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    await Promise.all(channels.map((channel) => push.change('x', [channel], [])));
    equal(await all(push, 'x'), channels, 'the channels');
  },

  'channels are listed page by page': (world) =>
    world.scripts(async (choices) => {
      const { push } = await world.shard();
      await checkPages({
        world,
        choices,
        read: (page) => push.channels('x', page),
        nameOf: (name) => name,
        add: (name) => push.change('x', [name], []),
        remove: (name) => push.change('x', [], [name]),
      });
    }),

  'devices are what plain sets would be, within the limits': (world) =>
    world.scripts(async (choices) => {
      const { push } = await world.shard({ push: RULES });
      const model = new Map<string, ReadonlySet<string>>();
      for (let step = 0; step < 30; step++) await play(world, { push, model, choices });
    }),
});

interface Script {
  readonly push: PushStore;
  readonly model: Map<string, ReadonlySet<string>>;
  readonly choices: Choices;
}

async function play(world: World, { push, model, choices }: Script): Promise<void> {
  const device = choices.of(DEVICES);
  if (choices.oneIn(6)) {
    world.step(`forget ${device}`);
    await push.forget(device);
    model.delete(device);
  } else {
    const [add, remove] = [choices.some(NAMES, 3), choices.some(NAMES, 3)];
    world.step(`${device}: add ${add}, remove ${remove}`);
    const known = model.get(device) ?? new Set();
    const removed = new Set<string>(remove);
    const next = new Set([...known, ...add].filter((channel) => !removed.has(channel)));
    const excess = excessOf(next, known, model.size);
    equal(await push.change(device, add, remove), excess, 'the excess');
    if (excess === undefined && next.size > 0) model.set(device, next);
    else if (excess === undefined) model.delete(device);
  }
  for (const one of DEVICES) {
    const channels = [...(model.get(one) ?? [])].sort();
    equal(await all(push, one), channels, `the channels of ${one}`);
    const page = await push.channels(one, { after: 'b', limit: 1 });
    equal(page, channels.filter((name) => name > 'b').slice(0, 1), 'a page');
  }
}

function excessOf(
  next: ReadonlySet<string>,
  known: ReadonlySet<string>,
  devices: number,
): PushExcess | undefined {
  if (next.size > known.size && next.size > RULES.channels) return 'channels';
  return known.size === 0 && next.size > 0 && devices >= RULES.devices ? 'devices' : undefined;
}

function all(push: PushStore, device: string): Promise<readonly string[]> {
  return push.channels(device, { limit: 1_000 });
}
