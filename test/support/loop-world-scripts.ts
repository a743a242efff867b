import fc from 'fast-check';
import type { Fault } from './loop-faulty-transport.ts';
import type { LoopWorld } from './loop-world.ts';
import { settle } from './virtual-clock.ts';

/** Something that a random script does to the world. */
export type Action = (world: LoopWorld) => Promise<unknown> | unknown;

const CHANNELS = ['a', 'b', 'n.x', 'n.y'];
const NAMES = ['a', 'b', 'n.x', 'n.*'];

/** Bodies that are none of the protocol's. */
export const GARBAGE: readonly string[] = [
  '',
  '<!doctype html><title>Please log in</title>',
  '{"t":{"t":"1700',
  'null',
  '[]',
  '{}',
  '{"ok":1}',
  '{"t":{"t":"17","r":1}}',
  '{"t":{"t":1.5,"r":1},"m":[]}',
  '{"t":{"t":"x","r":1},"m":[]}',
  '{"t":{"t":"17","r":"1"},"m":[]}',
];

const faults: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ with: 'refused' }),
  fc.constant<Fault>({ with: 'lost' }),
  fc.constant<Fault>({ with: 'truncated' }),
  fc.constant<Fault>({ with: 'hanging' }),
  fc.constantFrom(1, 500, 4_000, 20_000).map((by): Fault => ({ with: 'delayed', by })),
  fc
    .constantFrom(500, 502, 503, 404, 302)
    .map((status): Fault => ({ with: 'status', status, body: '<html>' })),
  fc.constantFrom('0', '3', '900').map((retryAfter): Fault => ({ with: 'status', status: 429, retryAfter })),
  fc.constantFrom(...GARBAGE).map((body): Fault => ({ with: 'status', status: 200, body })),
);

function action<T>(what: string, values: fc.Arbitrary<T>, make: (value: T) => Action): fc.Arbitrary<Action> {
  return values.map((value) =>
    Object.assign(make(value), { [fc.toStringMethod]: () => `${what}(${fc.stringify(value)})` }),
  );
}

const nothing = fc.constant(0);
const publish = action(
  'publish',
  fc.constantFrom(...CHANNELS),
  (channel) => (world) => world.publish(channel),
);
const advance = action(
  'advance',
  fc.constantFrom(0, 10, 900, 1_100, 6_000, 30_000),
  (ms) => (world) => world.clock.advance(ms),
);
const pause = action('settle', fc.integer({ min: 1, max: 2 }), (turns) => () => settle(turns));
const subscribe = action(
  'subscribe',
  fc.record({ channels: fc.subarray(NAMES, { minLength: 1, maxLength: 3 }), presence: fc.boolean() }),
  ({ channels, presence }) =>
    (world) =>
      world.subscribe(channels, { presence }),
);
const subscribeOlder = action(
  'subscribeOlder',
  fc.record({ channels: fc.subarray(NAMES, { minLength: 1, maxLength: 2 }), back: fc.nat({ max: 8 }) }),
  ({ channels, back }) =>
    (world) => {
      const start = world.published.at(-1 - back)?.timetoken;
      return world.subscribe(channels, { start });
    },
);
const read = action('read', fc.nat({ max: 9 }), (index) => (world) => {
  const handle = world.handles[index % Math.max(1, world.handles.length)];
  if (handle) world.read(handle);
});
const unsubscribe = action('unsubscribe', fc.nat({ max: 9 }), (index) => (world) => {
  const live = world.handles.filter(({ channels, dropped }) => channels.some((name) => !dropped.has(name)));
  const handle = live[index % Math.max(1, live.length)];
  if (handle) world.unsubscribe(handle);
});
const unsubscribeNames = action(
  'unsubscribeNames',
  fc.subarray(NAMES, { minLength: 1, maxLength: 2 }),
  (channels) => (world) => world.unsubscribeNames(channels),
);
const unsubscribeAll = action('unsubscribeAll', nothing, () => (world) => world.unsubscribeNames(NAMES));
const fault = action(
  'fault',
  fc.record({ kind: fc.constantFrom('handshake', 'poll', 'leave'), what: faults }),
  ({ kind, what }) =>
    ({ net }) =>
      net.fault(kind, what),
);
const replay = action(
  'replay',
  nothing,
  () =>
    ({ net }) =>
      net.fault('poll', { with: 'replayed' }),
);
const drop = action(
  'drop',
  nothing,
  () =>
    ({ net }) =>
      net.drop(),
);
const reconnect = action(
  'reconnect',
  nothing,
  () =>
    ({ client }) =>
      client.reconnect(),
);
const disconnect = action(
  'disconnect',
  nothing,
  () =>
    ({ client }) =>
      client.disconnect(),
);
const setToken = action(
  'setToken',
  fc.constantFrom('one', 'two'),
  (token) =>
    ({ client }) =>
      client.setToken(token),
);
const sleep = action('sleep', fc.constantFrom(60_000, 90_000), (ms) => (world) => world.sleep(ms));

const ordinary = [
  { weight: 10, arbitrary: publish },
  { weight: 6, arbitrary: pause },
  { weight: 5, arbitrary: advance },
  { weight: 4, arbitrary: subscribe },
  { weight: 2, arbitrary: unsubscribe },
  { weight: 1, arbitrary: read },
  { weight: 1, arbitrary: unsubscribeNames },
  { weight: 4, arbitrary: fault },
  { weight: 1, arbitrary: replay },
  { weight: 2, arbitrary: drop },
  { weight: 1, arbitrary: reconnect },
  { weight: 1, arbitrary: disconnect },
  { weight: 1, arbitrary: setToken },
  { weight: 1, arbitrary: sleep },
];

const length = { minLength: 10, maxLength: 60, size: 'max' } as const;

/** Runs a script. */
export async function run(script: readonly Action[], world: LoopWorld): Promise<LoopWorld> {
  for (const step of script) await step(world);
  return world;
}

/** Scripts of anything that programs, servers and networks do. */
export const worldScripts = fc.array(fc.oneof(...ordinary, { weight: 1, arbitrary: unsubscribeAll }), length);

/** Scripts with subscriptions that start in the past. */
export const olderScripts = fc.array(fc.oneof(...ordinary, { weight: 3, arbitrary: subscribeOlder }), length);
