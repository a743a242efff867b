import type { Look } from '../plan.ts';
import {
  DISCONNECT,
  FOREIGN,
  group,
  handleOf,
  has,
  holds,
  RECONNECT,
  type Situation,
  situation,
  sub,
  tell,
  wait,
  wasTold,
} from './situation.ts';

const HISTORY = { ...FOREIGN, needsHistory: true, recovery: 'history' } as const;

// History fails for whoever asks from further back than what is lost from now on: a backfill looks ten seconds back.
const failOlder: Look = ({ gate, clock }) => {
  const border = BigInt(Math.floor(clock.now()) - 10_500) * 10_000n;
  gate.rule = ({ kind }, target) => {
    const end = new URL(target, 'http://origin').searchParams.get('end');
    return kind === 'history' && BigInt(end ?? 0) < border ? { status: 500, body: '' } : undefined;
  };
  return;
};

/** What the live queue has lost comes from history, in its order. */
export const FILLS: readonly Situation[] = [
  situation('a Date reads history where the queue no longer reaches', { ...FOREIGN, needsHistory: true }, [
    tell('a', 30),
    wait(5_000),
    sub('s1', ['a'], { start: { at: 'date', ms: 60_000 } }),
    wait(10_000),
    has('s1', 30),
  ]),
  situation(
    'a gap is filled from history, in order, before what is newer',
    { ...FOREIGN, needsHistory: true, recovery: 'history' },
    [
      sub('s1', ['a']),
      wait(1_000),
      DISCONNECT,
      tell('a', 40),
      RECONNECT,
      tell('a', 2),
      wait(20_000),
      has('s1', 42),
    ],
  ),
  situation(
    'a gap of a wildcard is never said to be filled completely',
    { ...FOREIGN, needsHistory: true, recovery: 'history' },
    [
      sub('s1', ['n.*']),
      wait(1_000),
      tell('n.x'),
      wait(1_000),
      DISCONNECT,
      tell('n.x', 40),
      RECONNECT,
      wait(20_000),
      holds('the gap is partial', (world) =>
        handleOf(world, 's1').gaps.some(({ gap }) => gap.recovered === 'partial'),
      ),
    ],
  ),
  situation(
    'what a subscription has dropped is not filled in by a group that lacks it',
    { ...FOREIGN, needsHistory: true, recovery: 'history', latency: 300 },
    [
      group('b', 'c'),
      sub('s1', [], { groups: ['g', 'b'] }),
      wait(3_000),
      DISCONNECT,
      tell('c', 16),
      RECONNECT,
      // While history is read: the groups have been listed, and nothing has come yet.
      wait(2_700),
      holds('history has been asked', ({ net }) => net.exchanges.some(({ kind }) => kind === 'history')),
      { do: 'unsubscribe-names', channels: [], groups: ['b'] },
      wait(20_000),
    ],
  ),
  situation(
    'a trimmed range is filled from history, though that lags',
    { origin: 'tight', queue: 2, needsHistory: true, recovery: 'history' },
    [
      sub('s1', ['a', 'n.*'], { presence: true }),
      wait(1_000),
      DISCONNECT,
      tell('a', 6),
      tell('n.x', 6),
      RECONNECT,
      wait(20_000),
      holds('the gap says so', (world) =>
        handleOf(world, 's1').gaps.every(({ gap }) => gap.recovered !== 'none'),
      ),
    ],
  ),
  situation(
    'history that fails leaves a gap, and live delivery goes on',
    { ...FOREIGN, needsHistory: true, recovery: 'history' },
    [
      sub('s1', ['a']),
      wait(1_000),
      DISCONNECT,
      tell('a', 40),
      ({ gate }) => {
        gate.rule = ({ kind }) => (kind === 'history' ? { status: 500, body: '' } : undefined);
        return;
      },
      RECONNECT,
      tell('a', 2),
      wait(600_000),
      holds('the gap is told', (world) => wasTold(world, 's1')),
    ],
  ),
  situation('what was told as missing does not come later, out of order', HISTORY, [
    sub('s1', ['a']),
    wait(1_000),
    ...[DISCONNECT, tell('a', 16), failOlder, RECONNECT, wait(1_000)],
    ...[DISCONNECT, tell('a', 16), RECONNECT],
    wait(600_000),
    holds('the first loss is told', (world) => wasTold(world, 's1', 'backfill-failed')),
    holds('the second loss is filled', (world) => handleOf(world, 's1').got.length === 26),
  ]),
  ...([3_000, 8_000] as const).map((historyLag) =>
    situation(`a gap is filled from history that lags ${historyLag} ms`, { ...HISTORY, historyLag }, [
      sub('s1', ['a', 'b']),
      wait(1_000),
      ...[DISCONNECT, tell('a', 25), tell('b', 5), RECONNECT],
      wait(20_000),
      has('s1', 30),
    ]),
  ),
  situation(
    'a gap is told where history lags longer than it is waited for',
    { ...HISTORY, historyLag: 60_000 },
    [
      sub('s1', ['a']),
      wait(1_000),
      ...[DISCONNECT, tell('a', 25), RECONNECT],
      wait(20_000),
      holds('the gap is told, and not as filled', (world) =>
        handleOf(world, 's1').gaps.some(({ gap }) => gap.recovered === 'none' && !gap.certain),
      ),
    ],
  ),
  situation(
    'a trimmed range is not called filled before history has it',
    { origin: 'tight', queue: 2, needsHistory: true, recovery: 'history' },
    [
      sub('s1', ['a']),
      wait(1_000),
      DISCONNECT,
      // From an empty history nothing can be learnt.
      ({ gate }) => {
        const body = JSON.stringify({ status: 200, error: false, error_message: '', channels: {} });
        gate.rule = ({ kind }) => (kind === 'history' ? { status: 200, body } : undefined);
        return;
      },
      tell('a', 6),
      RECONNECT,
      wait(20_000),
      holds('the gap is certain and not filled', (world) =>
        handleOf(world, 's1').gaps.some(({ gap }) => gap.certain && gap.recovered === 'none'),
      ),
    ],
  ),
  situation('a wildcard is filled on the channels of the same answer', HISTORY, [
    tell('n.x', 16),
    wait(1_000),
    sub('s1', ['c']),
    wait(1_000),
    sub('s2', ['n.*'], { start: { at: 'ago', ms: 60_000 } }),
    wait(5_000),
    has('s2', 16),
  ]),
  situation('rows of a channel that is dropped are not those of a group with its name', HISTORY, [
    group('b', 'c'),
    {
      ...{ do: 'react', to: 'message', times: 4 },
      deed: { do: 'unsubscribe-names', channels: ['a', 'b'], groups: [] },
    },
    sub('s1', [], { groups: ['b'], start: { at: 'ago', ms: 1_000 } }),
    sub('s2', ['b', 'c']),
    tell('b', 13),
    { do: 'tell-twins', channel: 'c', differ: 'payload' },
    wait(20_000),
  ]),
  situation(
    'a loss that is told at once takes nothing from what is being filled',
    { origin: 'tight', queue: 2, needsHistory: true, latency: 300 },
    [
      sub('s1', ['a', 'c', 'n.*'], { groups: ['g'], start: { at: 'date', ms: 3_600_000 } }),
      tell('n.x'),
      { do: 'fault', kind: 'handshake', fault: { with: 'status', status: 500, body: '' } },
      tell('a', 5),
      sub('s2', [], { groups: ['g', 'b'] }),
      wait(2_500),
      tell('a', 5),
      wait(20_000),
    ],
  ),
];
