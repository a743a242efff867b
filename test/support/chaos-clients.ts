import PeerClient from 'pubnub';
import { PubNub, type PubNubOptions } from '../../src/index.ts';
import { Ear, type Named } from './chaos-ledger.ts';
import { GROUP } from './chaos-origin.ts';
import { TRANSPORTS } from './integration-numbers.ts';
import type { Dice } from './integration-random.ts';

/** The wildcard that covers those of a storm's channels that have a dot. */
export const WILDCARD = 'w.*';

/** Seconds after which a client gives a request up: a frozen connection must not hold the whole run up. */
export interface Patience {
  readonly poll: number;
  readonly request: number;
}

/** How the clients of a storm are made. */
export interface Crew {
  readonly host: string;
  readonly channels: readonly string[];
  readonly patience: Patience;
  readonly dice: Dice;
}

/** A client that listens in a storm, and what its recipients have got. */
export interface Listener extends AsyncDisposable {
  readonly ears: readonly Ear[];
  /** Resolves when everything is subscribed. */
  readonly ready: Promise<unknown>;
  /** Lets another part of its program come or go. */
  churn(): void;
}

interface Part {
  readonly channels: readonly string[];
  readonly groups: readonly string[];
}

/** One of ours: transports and ways to subscribe take turns, so that ten clients have all of both. */
export function oursInStorm(index: number, { host, channels, patience, dice }: Crew): Listener {
  const [transport, options] = TRANSPORTS[index % 2] ?? ['fetch', () => ({})];
  const client = new PubNub({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: `ours-${index}`, origin: host, ssl: false },
    reconnectionPolicy: { delay: () => 20, minimumDelay: 2, maximumDelay: 50 },
    ...patienceOf(patience),
    ...options(),
    // Of ten clients, each transport has both ways.
    receive: index % 4 < 2 ? 'poll' : 'stream',
    random: dice.next,
  });
  const parts = partsOf(index, channels);
  const whole = new Ear(`ours ${index} over ${transport}, by ${index % 4 < 2 ? 'polls' : 'a stream'}`, [
    ...parts.flatMap(namesOf),
    ...channels,
  ]);
  client.addListener({
    message: ({ channel, message }) => whole.put(channel, numberIn(message)),
    gap: (gap) => void whole.gaps.push(gap),
  });
  const own = parts.map((part, place) => {
    const ear = new Ear(`${whole.name}, subscription ${place}`, namesOf(part));
    return { ear, ...listenTo(client, part, { ear, iterates: index % 5 === 4 }) };
  });
  return {
    ears: [whole, ...own.map(({ ear }) => ear)],
    ready: Promise.all(own.map(({ connected }) => connected)),
    churn: () => {
      const channel = `extra ${dice.below(5)}`;
      // It also names what others have subscribed already.
      if (dice.chance(0.5))
        client.subscribe({ channels: [channel, ...channels.slice(0, 1)], channelGroups: [] }).execute();
      else
        void client
          .unsubscribe({ channels: [channel] })
          .execute()
          .catch(ignore);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The client of another maker: with its defaults, or with all of its options that help against bad networks. */
export function theirsInStorm(index: number, { host, channels, patience }: Crew): Listener {
  const helped = index % 2 === 1;
  const client = new PeerClient({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: `theirs-${index}`, origin: host, ssl: false },
    subscribeRequestTimeout: patience.poll,
    ...(helped && { restore: true, keepAlive: true, dedupeOnSubscribe: true }),
  });
  const ear = new Ear(`pubnub 7.3.3 ${helped ? 'with its options' : 'with its defaults'}`, channels);
  const ready = new Promise<void>((resolve) => {
    client.addListener({
      message: ({ channel, message }) => ear.put(channel, numberIn(message)),
      status: ({ category }) => {
        if (category === 'PNConnectedCategory') resolve();
      },
    });
  });
  client.subscribe({ channels });
  return { ears: [ear], ready, churn: ignore, [Symbol.asyncDispose]: async () => client.stop() };
}

/** A publisher: straight into the origin, or through the storm over one of the transports. */
export function publisherInStorm(
  way: 'direct' | number,
  { host, patience, dice }: Crew,
  fetch: (request: Request) => Promise<Response>,
): PubNub {
  const [, options] = TRANSPORTS[way === 'direct' ? 0 : way % 2] ?? [];
  return new PubNub({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: `sender-${way}`, origin: host, ssl: false },
    ...patienceOf(patience),
    ...(way === 'direct' ? { fetch } : options?.()),
    random: dice.next,
  });
}

// Each way to subscribe covers all channels, and each channel by another name.
function partsOf(index: number, channels: readonly string[]): readonly Part[] {
  const plain = channels.filter((name) => !name.startsWith('w.'));
  const names: Part = { channels, groups: [] };
  const group: Part = { channels: [], groups: [GROUP] };
  const wide: Part = { channels: [...plain, WILDCARD], groups: [] };
  const everything: Part = { channels: [...channels, WILDCARD], groups: [GROUP] };
  return [[names], [wide], [group], [names, group], [everything, wide]][index % 5] ?? [names];
}

function namesOf({ channels, groups }: Part): readonly string[] {
  return [...channels, ...groups];
}

function listenTo(
  client: PubNub,
  { channels, groups }: Part,
  { ear, iterates }: { readonly ear: Ear; readonly iterates: boolean },
) {
  const subscription = client.subscribe({ channels, channelGroups: groups }).execute();
  subscription.on('gap', (gap: Named) => void ear.gaps.push(gap));
  if (iterates) void read(subscription.messages(), ear);
  else subscription.on('message', ({ channel, message }) => ear.put(channel, numberIn(message)));
  return { connected: subscription.connected() };
}

async function read(
  messages: AsyncIterable<{ readonly channel: string; readonly message: unknown }>,
  ear: Ear,
): Promise<void> {
  for await (const { channel, message } of messages) ear.put(channel, numberIn(message));
}

function patienceOf({ poll, request }: Patience): Partial<PubNubOptions> {
  return { subscribeRequestTimeout: poll, transactionalRequestTimeout: request };
}

function numberIn(message: unknown): number {
  return Number(Object(message).n);
}

function ignore(): void {}
