import type { Look } from '../plan.ts';
import {
  back,
  FOREIGN,
  has,
  holds,
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
    tell('b', 5_100),
    wait(1_000),
    // Five thousand wait, and no more.
    has('s2', 5_000),
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
    'an older message of a region whose clock is ahead is not left to the loop, which has passed it',
    { ...FOREIGN, regionSkew: 40, regionDelay: 2 },
    [
      sub('s1', ['a']),
      wait(1_000),
      { do: 'tell-elsewhere', channel: 'a' },
      wait(10),
      sub('s2', ['a'], { start: { at: 'ago', ms: 5_000 } }),
      wait(5_000),
      has('s2', 1),
    ],
  ),
  situation('a token that is set at an older message does not begin its backfill anew', {}, [
    tell('a', 5),
    sub('s1', ['c']),
    wait(1_000),
    { do: 'react', to: 'message', times: 2, deed: { do: 'set-token', token: 'two' } },
    sub('s2', ['a'], { start: back(4) }),
    wait(1_000),
    has('s2', 4),
    holds(
      'it is polled for once',
      ({ net }) =>
        net.exchanges.filter(({ kind, channels }) => kind === 'poll' && channels.join() === 'a').length === 1,
    ),
  ]),
];
