import { timetokenFromDate } from '../../src/index.ts';
import type { Deed, StartWish, Wish } from './plan.ts';
import { gotOf, type Handle, namesOf, type Start } from './record.ts';
import type { World } from './world.ts';

// A client may well give a handshake up for these.
const UPHEAVALS: ReadonlySet<Deed['do']> = new Set([
  'disconnect',
  'disconnect-reconnect',
  'set-token',
  'unsubscribe-all',
]);

/** Does what a program does: between two steps, or within a handler. */
export function act(world: World, deed: Deed): void {
  if (UPHEAVALS.has(deed.do) || endsAll(world, deed)) world.upheavals.push(world.truth.tick());
  switch (deed.do) {
    case 'subscribe':
      subscribe(world, deed.id, deed.wish);
      return;
    case 'unsubscribe':
      unsubscribe(world, deed.id);
      return;
    case 'unsubscribe-names':
      drop(world, deed.channels, deed.groups);
      return;
    case 'unsubscribe-all':
      dropAll(world);
      return;
    case 'disconnect-reconnect':
      for (let count = 0; count < deed.times; count++) {
        world.client.disconnect();
        world.client.reconnect();
      }
      return;
    case 'publish':
      publish(world, deed.channel);
      return;
    case 'until':
      until(world, deed.state);
      return;
    case 'set-token':
      world.client.setToken(deed.token);
      return;
    default:
      world.client[deed.do]();
  }
}

function endsAll({ handles }: World, deed: Deed): boolean {
  if (deed.do !== 'unsubscribe' && deed.do !== 'unsubscribe-names') return false;
  return [...handles.values()].every(({ id, names }) =>
    names.every(({ kind, name, dropAsked }) => {
      if (dropAsked !== undefined) return true;
      if (deed.do === 'unsubscribe') return id === deed.id;
      return (kind === 'channel' ? deed.channels : deed.groups).includes(bare(name));
    }),
  );
}

function publish(world: World, channel: string): void {
  const payload = world.unique();
  // Whether it arrived is the origin's to say.
  world.client
    .publish()
    .channel(channel)
    .message(payload)
    .execute()
    .catch(() => undefined);
}

function until(world: World, state: Parameters<World['client']['until']>[0]): void {
  const wait: World['untils'][number] = { state };
  world.untils.push(wait);
  world.client.until(state).then(
    () => {
      wait.settled = 'resolved';
    },
    () => {
      wait.settled = 'rejected';
    },
  );
}

function subscribe(world: World, id: string, wish: Wish): void {
  if (world.handles.has(id) || wish.channels.length + wish.groups.length === 0) return;
  const start = startOf(world, wish.start);
  const since = world.net.exchanges.length;
  const given = {
    ...(wish.channels.length > 0 && { channels: wish.channels }),
    ...(wish.groups.length > 0 && { channelGroups: wish.groups }),
    ...(wish.presence && { withPresence: true }),
    ...(world.hasHistory && wish.recovery && { recovery: wish.recovery }),
    ...startGiven(world, wish.start, start),
  };
  // The builder takes its parameters as an object too; which of them there are is known at run time only.
  const subscription = world.client.subscribe(given as { channels: string[] }).execute();
  const handle: Handle = {
    ...{ id, wish, start, since, subscription, names: namesOf(wish), order: world.truth.tick() },
    ...{ got: [], gaps: [], readers: [], connected: 'pending' },
  };
  world.handles.set(id, handle);
  listen(world, handle);
}

function listen(world: World, handle: Handle): void {
  const { subscription, got, gaps } = handle;
  for (const kind of ['message', 'signal', 'presence'] as const)
    subscription.on(kind, (event) => got.push(gotOf(kind, event, world.when())));
  subscription.on('gap', (gap) => gaps.push({ gap, order: world.truth.tick() }));
  const settled = (how: 'resolved' | 'rejected') => () => {
    handle.connected = how;
    handle.connectedOrder = world.truth.tick();
  };
  subscription.connected().then(settled('resolved'), settled('rejected'));
}

function startOf(world: World, wish: StartWish | undefined): Start | undefined {
  if (wish === undefined) return undefined;
  const messages = world.truth.entries.filter(({ kind }) => kind === 'message');
  switch (wish.at) {
    case 'message': {
      const timetoken = messages.at(-1 - wish.back)?.timetoken;
      return timetoken === undefined ? undefined : { from: 'timetoken', timetoken, stored: false };
    }
    case 'cursor': {
      const timetoken = world.keptCursor?.split(':')[1];
      return timetoken === undefined ? undefined : { from: 'timetoken', timetoken, stored: false };
    }
    case 'ago':
      return { from: 'timetoken', timetoken: ago(world, wish.ms), stored: false };
    case 'date':
      return world.hasHistory
        ? { from: 'timetoken', timetoken: ago(world, wish.ms), stored: true }
        : undefined;
    case 'last':
      return world.hasHistory ? { from: 'last', count: wish.count } : undefined;
  }
}

function startGiven(world: World, wish: StartWish | undefined, start: Start | undefined): object {
  if (wish === undefined || start === undefined) return {};
  if (start.from === 'last') return { withLast: start.count };
  if (wish.at === 'cursor') return { withCursor: world.keptCursor };
  if (wish.at === 'date') return { withTimetoken: new Date(Math.floor(world.clock.now()) - wish.ms) };
  return { withTimetoken: start.timetoken };
}

function ago(world: World, milliseconds: number): string {
  return timetokenFromDate(new Date(Math.floor(world.clock.now()) - milliseconds));
}

function unsubscribe(world: World, id: string): void {
  const handle = world.handles.get(id);
  if (!handle || handle.ended !== undefined) return;
  handle.subscription.unsubscribe();
  const now = world.truth.tick();
  for (const name of handle.names) {
    name.dropAsked ??= now;
    name.dropSure ??= now;
  }
  handle.ended = now;
}

function drop(world: World, channels: readonly string[], groups: readonly string[]): void {
  if (channels.length + groups.length === 0) return;
  const sure = markDropped(world, (kind, name) =>
    (kind === 'channel' ? channels : groups).includes(bare(name)),
  );
  const given = {
    ...(channels.length > 0 && { channels }),
    ...(groups.length > 0 && { channelGroups: groups }),
  };
  world.client
    .unsubscribe(given as { channels: string[] })
    .execute()
    .then(sure, (error: unknown) => world.mishaps.push(`unsubscribe() rejected: ${error}`));
}

function dropAll(world: World): void {
  const sure = markDropped(world, () => true);
  world.client
    .unsubscribeAll()
    .then(sure, (error: unknown) => world.mishaps.push(`unsubscribeAll(): ${error}`));
}

// What is dropped by name may still come until the call has resolved.
function markDropped(
  world: World,
  isDropped: (kind: 'channel' | 'group', name: string) => boolean,
): () => void {
  const asked = world.truth.tick();
  const names = [...world.handles.values()].flatMap((handle) =>
    handle.names.filter((name) => name.dropSure === undefined && isDropped(name.kind, name.name)),
  );
  for (const name of names) name.dropAsked ??= asked;
  return () => {
    const now = world.truth.tick();
    for (const name of names) name.dropSure ??= now;
    for (const handle of world.handles.values())
      if (handle.names.every(({ dropSure }) => dropSure !== undefined)) handle.ended ??= now;
  };
}

function bare(name: string): string {
  return name.replace(/-pnpres$/, '');
}
