import {
  BREAK,
  back,
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
} from './situation.ts';

const LONG = Array.from({ length: 5 }, (_, index) => `${index}-${'long'.repeat(15)}`);

/** Gaps tell the truth. */
export const GAPS: readonly Situation[] = [
  ...([-5, -40] as const).map((regionSkew) =>
    situation(
      `a region that is ${-regionSkew} ms behind loses nothing, or says what`,
      { ...FOREIGN, regionSkew, regionDelay: 2 },
      [
        sub('s1', ['a', 'n.*']),
        wait(1_000),
        tell('a', 2),
        { do: 'other-region' },
        BREAK,
        tell('a'),
        wait(3_000),
        tell('a'),
        wait(1_000),
        has('s1', 4),
        holds('no gap is told', (world) => handleOf(world, 's1').gaps.length === 0),
      ],
    ),
  ),
  situation('a loss through a group after a restart is named', { origin: 'tight', queue: 5 }, [
    group('g', 'a'),
    sub('s1', [], { groups: ['g'] }),
    wait(1_000),
    DISCONNECT,
    tell('a', 2),
    { do: 'restart' },
    RECONNECT,
    wait(2_000),
  ]),
  situation(
    'a loss through a group that is gone after a restart is told, though history is asked',
    { origin: 'tight', queue: 2, needsHistory: true, recovery: 'history' },
    [
      group('g', 'a', 'n.x'),
      sub('s1', [], { groups: ['g'] }),
      wait(1_000),
      tell('n.x'),
      wait(1_000),
      ({ gate }) => {
        gate.rule = ({ kind }) => (kind === 'groups' ? 'hang' : undefined);
        return;
      },
      tell('n.x', 5),
      wait(1_000),
      ({ gate }) => {
        gate.rule = () => undefined;
        return;
      },
      { do: 'restart' },
      wait(20_000),
    ],
  ),
  situation(
    'a loss through a group that is made again after a restart is named',
    { origin: 'tight', queue: 5 },
    [
      group('g', 'a'),
      sub('s1', [], { groups: ['g'] }),
      wait(1_000),
      DISCONNECT,
      tell('a', 2),
      { do: 'restart' },
      group('g', 'a'),
      tell('a'),
      RECONNECT,
      wait(2_000),
    ],
  ),
  situation(
    'a loss through one of two groups is certain for nobody who may not have it',
    { origin: 'tight', queue: 2 },
    [
      group('b', 'c'),
      sub('s1', [], { groups: ['g'] }),
      sub('s2', [], { groups: ['b'] }),
      wait(1_000),
      tell('c'),
      wait(1_000),
      DISCONNECT,
      tell('c', 6),
      RECONNECT,
      wait(2_000),
      holds('it is for whom the channel was seen', (world) =>
        handleOf(world, 's2').gaps.some(({ gap }) => gap.certain),
      ),
    ],
  ),
  situation('a loss behind withTimetoken() after a restart is named', { origin: 'tight', queue: 5 }, [
    tell('a', 3),
    wait(1_000),
    { do: 'restart' },
    sub('s1', ['a'], { start: back(2) }),
    wait(2_000),
  ]),
  situation('a loss behind withTimetoken() on a running client is named', { origin: 'tight', queue: 2 }, [
    sub('s1', ['c']),
    wait(1_000),
    tell('a', 6),
    wait(1_000),
    sub('s2', ['a'], { start: back(5) }),
    wait(2_000),
  ]),
  situation(
    'the channel of a gap is a channel, never a wildcard, a group or presence',
    { origin: 'tight', queue: 2 },
    [
      group('g', 'a', 'b'),
      sub('s1', ['n.*', 'c'], { groups: ['g'], presence: true }),
      wait(1_000),
      DISCONNECT,
      ...['a', 'b', 'c', 'n.x'].map((channel) => tell(channel, 6)),
      ...['dave', 'eve', 'fred'].map(
        (user) => ({ do: 'tell-presence', channel: 'c', user, joins: true }) as const,
      ),
      RECONNECT,
      wait(5_000),
      holds('each is one', (world) =>
        handleOf(world, 's1').gaps.every(
          ({ gap }) => gap.channel === undefined || /^(a|b|c|n\.x)$/.test(gap.channel),
        ),
      ),
    ],
  ),
  situation('a gap on a foreign origin is told for wildcards and groups too', FOREIGN, [
    group('g', 'a'),
    sub('s1', ['n.*'], { groups: ['g'] }),
    wait(1_000),
    DISCONNECT,
    tell('a', 16),
    tell('n.x', 16),
    RECONNECT,
    wait(5_000),
  ]),
  ...([414, 431] as const).map((status) =>
    situation(`a page of status ${status} refuses the addition, and the accepted names go on`, {}, [
      sub('s1', ['a']),
      wait(1_000),
      { do: 'uri-limit', bytes: 250, status },
      sub('s2', LONG),
      wait(5_000),
      tell('a', 2),
      wait(20_000),
      has('s1', 2),
      holds('the addition is refused', (world) => handleOf(world, 's2').connected === 'rejected'),
    ]),
  ),
  situation('an answer of the same region with an older timetoken does not take the cursor back', FOREIGN, [
    sub('s1', ['a']),
    wait(1_000),
    tell('a', 2),
    wait(1_000),
    (world) => {
      const before = world.client.timetoken ?? '';
      const r = Number(world.client.cursor?.split(':')[0]);
      const older = String(BigInt(before) - 1n);
      world.gate.rule = ({ kind }) =>
        kind === 'poll' ? { status: 200, body: JSON.stringify({ t: { t: older, r }, m: [] }) } : undefined;
      return;
    },
    BREAK,
    wait(5_000),
    ({ gate }) => {
      gate.rule = () => undefined;
      return;
    },
    tell('a'),
    wait(2_000),
    has('s1', 3),
  ]),
];
