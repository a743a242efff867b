import { act } from '../deeds.ts';
import type { Look } from '../plan.ts';
import {
  BREAK,
  DISCONNECT,
  end,
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

const NONE = { options: { reconnectionPolicy: 'NONE' } } as const;

function isConnected(id: string, how: 'resolved' | 'rejected'): Look {
  return holds(`connected() of ${id} is ${how}`, (world) => handleOf(world, id).connected === how);
}

function ended(id: string, how: 'end' | 'error' | undefined): Look {
  return holds(
    `the iterator of ${id} ended by ${how}`,
    (world) => handleOf(world, id).readers[0]?.ended === how,
  );
}

// A program that begins again whenever it has lost something.
const subscribeAnewAtEachGap: Look = (world) => {
  const id = `s${world.handles.size + 1}`;
  act(world, sub(id, ['a']));
  handleOf(world, id).subscription.on('gap', () => {
    act(world, end(id));
    if (world.handles.size < 100) void subscribeAnewAtEachGap(world);
  });
  return;
};

// A getter that fails, where a handler is looked up.
const addBrokenListener: Look = ({ client, failures }) => {
  client.addListener({
    get message(): () => void {
      failures.made += 1;
      throw new Error('made to fail');
    },
  });
  return;
};

const brokenLogger = () => {
  throw new Error('made to fail');
};

/** What waits, settles; what a listener does hurts nobody. */
export const WAITS: readonly Situation[] = [
  situation('connected() and until() reject when the policy gives up', NONE, [
    { do: 'fault', kind: 'handshake', fault: { with: 'reset' } },
    sub('s1', ['a']),
    { do: 'until', state: 'connected' },
    wait(1_000),
    isConnected('s1', 'rejected'),
    holds('until() has rejected', ({ untils }) => untils[0]?.settled === 'rejected'),
  ]),
  situation('connected() and until() reject when the program stops the client', {}, [
    { do: 'fault', kind: 'handshake', fault: { with: 'hanging' } },
    sub('s1', ['a']),
    { do: 'until', state: 'connected' },
    wait(1_000),
    DISCONNECT,
    wait(1_000),
    isConnected('s1', 'rejected'),
    holds('until() has rejected', ({ untils }) => untils[0]?.settled === 'rejected'),
  ]),
  situation('iterators end at unsubscribe() and survive disconnect() and reconnect()', {}, [
    sub('s1', ['a']),
    sub('s2', ['a']),
    wait(1_000),
    { do: 'read', id: 's1', reader: 'eager', buffer: 2, overflow: 'pause' },
    { do: 'read', id: 's2', reader: 'eager', buffer: 2, overflow: 'pause' },
    tell('a', 5),
    DISCONNECT,
    wait(1_000),
    RECONNECT,
    wait(1_000),
    tell('a', 2),
    wait(1_000),
    ended('s1', undefined),
    end('s1'),
    wait(1),
    ended('s1', 'end'),
  ]),
  situation('iterators throw when the policy gives up', NONE, [
    sub('s1', ['a']),
    wait(1_000),
    { do: 'read', id: 's1', reader: 'eager', buffer: 2, overflow: 'pause' },
    wait(1_000),
    BREAK,
    wait(5_000),
    ended('s1', 'error'),
  ]),
  situation('removeAllListeners() leaves until() alone', {}, [
    sub('s1', ['a']),
    { do: 'until', state: 'connected' },
    (world) => {
      world.client.removeAllListeners();
      world.listen();
      return;
    },
    wait(1_000),
    holds('until() has resolved', ({ untils }) => untils[0]?.settled === 'resolved'),
  ]),
  situation(
    'a token provider is asked again after its first token was refused',
    { options: { token: firstThen('t1', 't2') } },
    [
      ({ gate }) => {
        gate.rule = (_, target) => (target.includes('auth=t1') ? REVOKED : undefined);
        return;
      },
      sub('s1', ['a']),
      wait(120_000),
      holds('the client is connected', ({ client }) => client.state === 'connected'),
    ],
  ),
  situation('a gap handler that unsubscribes and subscribes anew ends', FOREIGN, [
    subscribeAnewAtEachGap,
    wait(1_000),
    DISCONNECT,
    tell('a', 16),
    RECONNECT,
    wait(5_000),
    holds('few were made', ({ handles }) => handles.size < 5),
  ]),
  situation('a property that throws is reported, and hurts nobody', {}, [
    addBrokenListener,
    sub('s1', ['a']),
    wait(1_000),
    tell('a', 3),
  ]),
  situation(
    'a logger that throws hurts nobody',
    {
      options: {
        logger: { debug: brokenLogger, info: brokenLogger, warn: brokenLogger, error: brokenLogger },
      },
    },
    [
      sub('s1', ['a']),
      wait(1_000),
      tell('a', 2),
      BREAK,
      wait(5_000),
      tell('a', 2),
      wait(1_000),
      has('s1', 4),
    ],
  ),
  situation('handlers that fail while the loop is at work stop nothing', {}, [
    ...(['status', 'state', 'message', 'gap'] as const).flatMap((to) => [
      { do: 'react', to, times: 20, deed: { do: 'throw' } } as const,
      { do: 'react', to, times: 20, deed: { do: 'reject' } } as const,
    ]),
    sub('s1', ['a']),
    wait(1_000),
    { do: 'react', to: 'message', at: 's1', times: 5, deed: { do: 'throw' } },
    tell('a', 3),
    BREAK,
    wait(5_000),
    tell('a', 2),
    wait(1_000),
    has('s1', 5),
  ]),
  situation('an iterator that is forgotten while it makes the client wait is announced', {}, [
    sub('s1', ['a']),
    wait(1_000),
    { do: 'read', id: 's1', reader: 'forgotten', buffer: 1, overflow: 'pause' },
    tell('a'),
    wait(100),
    tell('a', 3),
    wait(100),
    tell('a', 3),
    (world) => {
      world.statuses.length = 0;
      return;
    },
    wait(61_000),
    holds('a status tells', ({ statuses }) => statuses.length > 0),
  ]),
  situation('a reader with a full buffer makes the client wait, and goes on once it is read', {}, [
    sub('s1', ['a']),
    wait(1_000),
    { do: 'read', id: 's1', reader: 'pulled', buffer: 2, overflow: 'pause' },
    ...Array.from({ length: 6 }, () => [tell('a'), wait(100)]).flat(),
    holds('what the reader does not take is not fetched', (world) => handleOf(world, 's1').got.length < 6),
    { do: 'pull', id: 's1', count: 6 },
    wait(1_000),
    has('s1', 6),
  ]),
];

const REVOKED = {
  status: 403,
  body: '{"error":true,"status":403,"service":"Access Manager","message":"Token is revoked"}',
};

function firstThen(first: string, then: string): () => Promise<string> {
  let asked = 0;
  return async () => {
    asked += 1;
    return asked === 1 ? first : then;
  };
}
