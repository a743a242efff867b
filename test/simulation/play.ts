import { act } from './deeds.ts';
import type { HandlerDeed, Plan, Setup, Step } from './plan.ts';
import { read } from './readers.ts';
import type { Handle } from './record.ts';
import { fromOutside } from './server.ts';
import { World } from './world.ts';

type React = Extract<Setup, { do: 'react' }>;

/** How long the origin is away when it begins anew, in milliseconds. */
const RESTART = 50;

/** Takes one step. */
export async function take(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case 'advance':
      return world.clock.advance(step.ms);
    case 'turn':
      return world.clock.advance(0);
    case 'sleep':
      return world.sleep(step.ms);
    case 'tell':
    case 'tell-signal':
    case 'tell-presence':
    case 'group':
    case 'restart':
      world.called(step.do === 'tell' ? step.count : 1);
      return tell(world, step);
    case 'keep-cursor':
      world.keptCursor = world.client.cursor ?? world.keptCursor;
      return;
    case 'read':
    case 'pull':
    case 'react':
      return prepare(world, step);
    default:
      world.called();
      return disturb(world, step) ? undefined : act(world, step as Extract<Step, Parameters<typeof act>[1]>);
  }
}

type Told = Extract<Step, { do: 'tell' | 'tell-signal' | 'tell-presence' | 'group' | 'restart' }>;

async function tell(world: World, step: Told): Promise<void> {
  switch (step.do) {
    case 'tell':
      for (let count = 0; count < step.count; count++)
        await world.tell(step.channel, step.like === 'same' ? 'the same' : world.unique());
      return;
    case 'tell-signal':
      return world.tell(step.channel, world.unique(), 'signal');
    case 'tell-presence':
      return world.tellPresence(step.channel, step.user, step.joins);
    case 'group':
      return world.regroup(step.group, step.add, step.remove);
    case 'restart':
      await world.server.stop();
      await world.clock.advance(RESTART);
      world.server.begin();
      return open(world);
  }
}

// What happens to the network and to the origin; `false` when it is something else.
function disturb(world: World, step: Step): boolean {
  const { net, gate, server } = world;
  switch (step.do) {
    case 'fault':
      net.fault(step.kind, step.fault);
      return true;
    case 'latency':
      net.latency = step.ms;
      return true;
    case 'break-connections':
      net.breakConnections();
      return true;
    case 'deny':
      gate.deny(step.names, step.how);
      return true;
    case 'allow':
      gate.open();
      return true;
    case 'uri-limit':
      gate.limit(step.bytes, step.status);
      return true;
    case 'jump':
      world.jump(step.ms);
      return true;
    case 'tell-twins':
    case 'tell-elsewhere':
    case 'other-region':
    case 'flap':
    case 'copies':
      if (server.tricks) trick(world, step);
      return true;
    default:
      return false;
  }
}

type Trick = Extract<Step, { do: 'tell-twins' | 'tell-elsewhere' | 'other-region' | 'flap' | 'copies' }>;

function trick(world: World, step: Trick): void {
  const { tricks } = world.server;
  switch (step.do) {
    case 'tell-twins':
      tricks?.tellTwins(step.channel, step.differ, world.truth.entries.length);
      break;
    case 'tell-elsewhere':
      tricks?.tellElsewhere(step.channel, `far ${world.truth.entries.length}`);
      break;
    case 'other-region':
      tricks?.switchRegion();
      break;
    case 'flap':
      tricks?.flap(step.on);
      break;
    case 'copies':
      tricks?.sendCopies(step.ms);
  }
}

function prepare(world: World, step: Extract<Setup, { do: 'read' | 'pull' | 'react' }>): void {
  const handle = step.do === 'react' ? undefined : world.handles.get(step.id);
  if (step.do === 'react') react(world, step);
  else if (step.do === 'read' && handle) read(world, handle, step);
  else if (step.do === 'pull')
    for (const reader of handle?.readers ?? []) if (reader.kind === 'pulled') reader.pull(step.count);
}

// Handlers that call back into the client, or fail, so many times.
function react(world: World, { to, at, times, deed }: React): void {
  const handle = at === undefined ? undefined : world.handles.get(at);
  if (at !== undefined && !handle) return;
  let left = times;
  const handler = () => {
    if (left <= 0) return;
    left -= 1;
    return respond(world, deed, { count: times - left, to, stop });
  };
  const stop = listen(world, handle, to, handler);
}

function listen(
  world: World,
  handle: Handle | undefined,
  to: React['to'],
  handler: () => unknown,
): () => void {
  if (handle && to !== 'status' && to !== 'state' && to !== 'listenerError')
    return handle.subscription.on(to, handler);
  return world.client.on(to, handler);
}

function respond(
  world: World,
  deed: HandlerDeed,
  { count, to, stop }: { readonly count: number; readonly to: string; readonly stop: () => void },
): unknown {
  // A client that is closed throws at whoever goes on with it: that is the program's own mistake.
  if (world.closed && deed.do !== 'throw' && deed.do !== 'reject') return undefined;
  switch (deed.do) {
    case 'throw':
    case 'reject':
      // A failure on `listenerError` itself is the logger's, lest it be told to itself for ever.
      // Once the client has ended, there may be nobody left to tell.
      if (to !== 'listenerError') world.failures[world.closed ? 'atEnd' : 'made'] += 1;
      if (deed.do === 'reject') return Promise.reject(new Error('made to fail'));
      throw new Error('made to fail');
    case 'remove-itself':
      stop();
      return undefined;
    case 'subscribe':
      act(world, { ...deed, id: `${deed.id}.${count}` });
      return undefined;
    default:
      act(world, deed);
      return undefined;
  }
}

// An origin begins with its first request; what happens within the same millisecond could be before it.
async function open({ server, clock }: World): Promise<void> {
  await server.handle(fromOutside('/v1/channel-registration/sub-key/demo/channel-group/none'));
  await clock.advance(2);
}

/** Plays a plan to its end, and lets the world heal where it is to. */
export async function play({ setting, steps, options }: Plan): Promise<World> {
  const world = new World(setting, options);
  await open(world);
  for (const step of steps) {
    if (typeof step === 'function') world.mishaps.push(...((await step(world)) ?? []));
    else await take(world, step);
    world.noteCursor();
  }
  if (setting.heals) await heal(world);
  // What the last step has settled is heard of in the same instant.
  else await world.clock.advance(0);
  return world;
}

/** Everything works again, and has the time to. */
export async function heal(world: World): Promise<void> {
  const { clock, net, gate, server } = world;
  gate.open();
  net.heal();
  server.tricks?.flap(false);
  for (const handle of world.handles.values()) {
    for (const reader of handle.readers) {
      if (reader.kind === 'forgotten') reader.leave();
      else reader.pull(Number.POSITIVE_INFINITY);
    }
  }
  await clock.advance(0);
  world.called(3);
  act(world, { do: 'set-token', token: 'healed' });
  act(world, { do: 'reconnect' });
  await clock.advance(10_000);
  act(world, { do: 'reconnect' });
  await clock.advance(170_000);
  for (const channel of new Set(world.truth.entries.map((entry) => entry.channel)))
    if (!channel.endsWith('-pnpres')) await world.tell(channel, world.unique());
  // Handlers may still subscribe, on a slow network, and wait for several round trips each.
  await clock.advance(60_000);
}

/** Ends client and origin. */
export async function close(world: World): Promise<void> {
  for (const { readers } of world.handles.values())
    for (const reader of readers) reader.pull(Number.POSITIVE_INFINITY);
  world.upheavals.push(world.truth.tick());
  world.closed = true;
  let closed = false;
  void world.client.close().then(() => {
    closed = true;
  });
  await world.clock.advance(1_000);
  if (!closed) world.mishaps.push('close() did not resolve within a second');
  await world.server.close();
  await world.clock.advance(0);
}
