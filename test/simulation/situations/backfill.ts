import type { Look } from '../plan.ts';
import {
  back,
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
  wasTold,
} from './situation.ts';

const REFUSAL = {
  status: 403,
  body: JSON.stringify({
    ...{ message: 'Forbidden', payload: { channels: ['b'] }, error: true },
    ...{ service: 'Access Manager', status: 403 },
  }),
};

// Requests for what is older than now, and for history, do not get what they ask for.
function failOlder(answer: { readonly status: number; readonly body: string } | 'hang'): Look {
  return ({ gate, clock }) => {
    const border = BigInt(Math.floor(clock.now()) - 1_500) * 10_000n;
    gate.rule = ({ kind, tt }) =>
      kind === 'history' || (kind === 'poll' && BigInt(tt) < border) ? answer : undefined;
    return;
  };
}

// The loop's own cursor is past the border by then, and the older messages are not.
const OLDER_ON_B = [sub('s1', ['a']), tell('b', 4), wait(1_000), tell('a'), wait(1_000)];

/** Everything older comes by one mechanism. */
export const BACKFILL: readonly Situation[] = [
  situation('several older starts at once are independent', {}, [
    tell('a', 25),
    tell('b', 25),
    sub('s1', ['c']),
    wait(1_000),
    ...['s2', 's3', 's4', 's5'].map((id, index) =>
      sub(id, index < 2 ? ['a'] : ['a', 'b'], { start: back(49) }),
    ),
    wait(5_000),
    has('s2', 24),
    has('s4', 49),
  ]),
  situation('an older start that ends does not end the others', {}, [
    tell('a', 5),
    tell('b', 5),
    sub('s1', ['c']),
    wait(1_000),
    sub('s2', ['a'], { start: back(9) }),
    sub('s3', ['b'], { start: back(9) }),
    { do: 'unsubscribe', id: 's2' },
  ]),
  situation('a full answer to an older start raises the suspicion of a gap', FOREIGN, [
    tell('a', 16),
    sub('s1', ['c']),
    wait(1_000),
    sub('s2', ['a'], { start: back(15) }),
    wait(5_000),
    holds('the gap is told', (world) => wasTold(world, 's2', 'count-exceeded')),
  ]),
  situation('a cursor that is a day old raises the suspicion of a gap on a fresh client', FOREIGN, [
    sub('s1', ['a'], { start: { at: 'ago', ms: 86_400_000 } }),
    wait(5_000),
    tell('a'),
    wait(1_000),
    holds('the gap is told', (world) => wasTold(world, 's1', 'retention')),
  ]),
  ...(
    [
      ['fails', { status: 500, body: '' }],
      ['is refused', REFUSAL],
      ['hangs', 'hang'],
    ] as const
  ).map(([how, answer]) =>
    situation(`a backfill that ${how} ends in a gap, while live messages come`, {}, [
      ...OLDER_ON_B,
      failOlder(answer),
      sub('s2', ['b'], { start: back(3) }),
      wait(5_000),
      tell('a'),
      wait(60_000),
      has('s1', 2),
      wait(600_000),
      holds('the gap is told', (world) => wasTold(world, 's2')),
      tell('b'),
      wait(1_000),
      has('s2', 1),
    ]),
  ),
  situation('a backfill whose answer never comes costs seconds', {}, [
    ...OLDER_ON_B,
    failOlder('hang'),
    sub('s2', ['b'], { start: back(3) }),
    wait(1_000),
    ({ gate }) => {
      gate.rule = () => undefined;
      return;
    },
    wait(30_000),
    has('s2', 2),
  ]),
  situation('live messages behind a backfill stop nobody, however many they are', {}, [
    ...OLDER_ON_B,
    failOlder('hang'),
    sub('s2', ['b'], { start: back(3) }),
    wait(1_000),
    tell('b', 1_100),
    wait(1_000),
    // A thousand wait, and no more.
    has('s2', 1_000),
    tell('a', 2),
    wait(5_000),
    has('s1', 3),
  ]),
  situation('a name that was refused gets its older messages later, on an idle client too', {}, [
    { do: 'deny', names: ['a'], how: 'named' },
    tell('a', 4),
    wait(1_000),
    sub('s1', ['a', 'b'], { start: back(3) }),
    wait(5_000),
    tell('a', 2),
    tell('b', 2),
    wait(1_000),
    { do: 'allow' },
    { do: 'set-token', token: 'two' },
    wait(5_000),
    has('s1', 7),
  ]),
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
  situation('withLast() on a running client is for that subscription alone', { needsHistory: true }, [
    sub('s1', ['a']),
    wait(1_000),
    tell('a', 5),
    wait(1_000),
    sub('s2', ['a'], { start: { at: 'last', count: 4 } }),
    wait(10_000),
    has('s2', 4),
  ]),
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
];
