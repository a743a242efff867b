import type { StartWish } from '../plan.ts';
import {
  DISCONNECT,
  FOREIGN,
  handleOf,
  has,
  holds,
  RECONNECT,
  type Situation,
  situation,
  sub,
  tell,
  wait,
} from './situation.ts';

const HISTORY = { ...FOREIGN, needsHistory: true } as const;

function last(count: number): StartWish {
  return { at: 'last', count };
}

/** `withLast()` brings the newest stored messages, and not more than it was asked for. */
export const LAST: readonly Situation[] = [
  situation(
    'withLast() brings the stored messages before the live ones',
    { ...FOREIGN, needsHistory: true, historyLag: 1_500 },
    [
      tell('a', 5),
      wait(200),
      sub('s1', ['a'], { start: { at: 'last', count: 3 } }),
      wait(20),
      tell('a', 2),
      wait(10_000),
      has('s1', 5),
    ],
  ),
  situation(
    'withLast() brings a message that history has late and that the live queue has pushed out',
    { ...HISTORY, queue: 10, historyLag: 1_500 },
    [tell('b', 1), sub('s1', ['b'], { start: last(1) }), tell('b', 13), wait(20_000), has('s1', 13)],
  ),
  situation('withLast() on a running client is for that subscription alone', { needsHistory: true }, [
    sub('s1', ['a']),
    wait(1_000),
    tell('a', 5),
    wait(1_000),
    sub('s2', ['a'], { start: { at: 'last', count: 4 } }),
    wait(10_000),
    has('s2', 4),
  ]),
  situation(
    'withLast() counts messages that share a timetoken like any others',
    { ...HISTORY, recovery: 'history' },
    [
      sub('s1', ['a']),
      wait(1_000),
      DISCONNECT,
      { do: 'tell-twins', channel: 'a', differ: 'payload' },
      tell('a', 9),
      { do: 'tell-twins', channel: 'a', differ: 'type' },
      wait(3_000),
      // What the loop has lost is filled in at the same time, for both.
      sub('s2', ['a'], { start: last(2) }),
      RECONNECT,
      wait(20_000),
      has('s1', 15),
      holds('there are two', (world) => handleOf(world, 's2').got.length === 2),
    ],
  ),
  situation(
    'withLast() begins with the oldest, also while a loss of the loop is filled',
    { ...HISTORY, recovery: 'history', historyLag: 1_500 },
    [
      sub('s1', ['a']),
      wait(1_000),
      tell('a'),
      wait(1_000),
      DISCONNECT,
      tell('a', 10),
      sub('s2', ['a'], { start: last(15) }),
      RECONNECT,
      wait(20_000),
      has('s2', 11),
    ],
  ),
  situation(
    'withLast() leaves no hole where history lags and a poll is lost',
    { ...HISTORY, historyLag: 1_500 },
    [
      tell('a', 5),
      { do: 'fault', kind: 'poll', fault: { with: 'lost' } },
      sub('s1', ['a'], { start: last(3) }),
      wait(20_000),
      holds('there are three', (world) => handleOf(world, 's1').got.length === 3),
    ],
  ),
  // A world heals at the end, and breaks all connections first.
  ...([[], [{ do: 'turn' }]] as const).map((turns) =>
    situation(
      `withLast() asks history again for what it lacks, also with ${turns.length} answers on the way`,
      { ...HISTORY, historyLag: 1_500 },
      [
        sub('s1', ['c', 'n.*']),
        sub('s2', ['a', 'b'], { start: last(5) }),
        ...[tell('b'), tell('a', 13)],
        sub('s3', ['c'], { groups: ['g', 'b'] }),
        ...turns,
      ],
    ),
  ),
  situation(
    'withLast() whose polls fail tells no gap that runs backwards',
    { ...HISTORY, policy: 'three-attempts', heartbeats: true, historyLag: 300 },
    [
      sub('s1', ['b', 'c', 'n.x'], { start: last(1) }),
      { do: 'tell', channel: 'b', count: 13, like: 'same' },
      { do: 'sleep', ms: 400_000 },
    ],
  ),
];
