import type { Look, Step } from '../plan.ts';
import type { World } from '../world.ts';
import {
  BREAK,
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

const REFUSED: Step = { do: 'fault', kind: 'handshake', fault: { with: 'refused' } };

function sent(world: World, kind: string): number {
  return world.net.exchanges.filter((exchange) => exchange.kind === kind).length;
}

// Subscriptions that come and go, one each so many milliseconds, while another one receives a message each second.
function churn(every: number, during: number): readonly (Step | Look)[] {
  const roundTrips = 3 * 600 + every;
  return Array.from({ length: during / every }, (_, index) => [
    sub(`c${index}`, [`x${index % 40}`]),
    ...(index >= 10 ? [end(`c${index - 10}`)] : []),
    ...((index * every) % 1_000 === 0 ? [tell('a')] : []),
    wait(every),
    (world: World) => {
      const due = world.truth.entries.filter(
        ({ channel, timetoken }) =>
          channel === 'a' && Number(BigInt(timetoken) / 10_000n) < world.clock.now() - roundTrips,
      );
      return handleOf(world, 's1').got.length >= due.length
        ? undefined
        : ['s1 waits for longer than three round trips'];
    },
  ]).flat();
}

/** Whatever listeners do, requests are bounded; under churn there is progress. */
export const PACE: readonly Situation[] = [
  situation('answering each refusal with setToken() sends no storm', {}, [
    { do: 'deny', names: ['a'], how: 'named' },
    { do: 'react', to: 'status', times: 5_000, deed: { do: 'set-token', token: 'again' } },
    sub('s1', ['a', 'b']),
    wait(60_000),
  ]),
  situation('answering each refusal with subscribe() sends no storm', {}, [
    { do: 'deny', names: ['a'], how: 'named' },
    {
      ...{ do: 'react', to: 'status', times: 300 },
      deed: sub('again', ['a']) as Extract<ReturnType<typeof sub>, { do: 'subscribe' }>,
    },
    sub('s1', ['a', 'b']),
    wait(60_000),
  ]),
  situation('reconnect() in a status handler sends no storm', {}, [
    ...Array.from({ length: 60 }, () => REFUSED),
    { do: 'react', to: 'status', times: 5_000, deed: RECONNECT },
    sub('s1', ['a']),
    wait(60_000),
  ]),
  situation('a hundred disconnects and reconnects in a turn are one', {}, [
    sub('s1', ['a']),
    wait(1_000),
    { do: 'disconnect-reconnect', times: 100 },
    wait(5_000),
    holds('there are few leaves', (world) => sent(world, 'leave') <= 2),
    holds('there are few handshakes', (world) => sent(world, 'handshake') <= 4),
    tell('a'),
  ]),
  situation('a server whose timetoken moves while it brings only copies is not hurried', FOREIGN, [
    sub('s1', ['a']),
    wait(1_000),
    tell('a', 2),
    wait(1_000),
    { do: 'copies', ms: 30_000 },
    wait(40_000),
    tell('a'),
  ]),
  situation('copies are asked for no faster while a handshake waits for its turn', FOREIGN, [
    sub('s1', ['a']),
    wait(1_000),
    tell('a', 2),
    wait(1_000),
    { do: 'deny', names: ['b'], how: 'named' },
    ...['s2', 's3', 's4', 's5'].flatMap((id) => [sub(id, ['b']), wait(1)]),
    sub('s6', ['c']),
    { do: 'copies', ms: 20_000 },
    wait(30_000),
    tell('c'),
  ]),
  situation(
    'a region that is behind is not hurried by an older start',
    { ...FOREIGN, regionSkew: -5, regionDelay: 2 },
    [
      { do: 'copies', ms: 20_000 },
      sub('s1', ['b']),
      wait(1),
      { do: 'other-region' },
      sub('s2', ['a'], { start: { at: 'ago', ms: 3_600_000 } }),
      wait(30_000),
      tell('a'),
    ],
  ),
  situation('a region that flaps is not hurried', { ...FOREIGN, regionSkew: 40, regionDelay: 80 }, [
    sub('s1', ['a']),
    wait(1_000),
    { do: 'flap', on: true },
    ...Array.from({ length: 10 }, () => [tell('a'), wait(300)]).flat(),
  ]),
  situation('subscriptions that come and go every 200 ms keep nobody from receiving', { latency: 300 }, [
    sub('s1', ['a']),
    wait(3_000),
    ...churn(200, 60_000),
  ]),
  situation('subscriptions that come and go every 20 ms keep nobody from receiving', { latency: 300 }, [
    sub('s1', ['a']),
    wait(3_000),
    ...churn(20, 20_000),
  ]),
  situation('each connected() settles under churn', { latency: 300 }, [
    ...Array.from({ length: 30 }, (_, index) => [sub(`s${index}`, [`x${index}`]), wait(200)]).flat(),
    wait(3_000),
    holds('all are connected', (world) =>
      [...world.handles.values()].every(({ connected }) => connected === 'resolved'),
    ),
  ]),
  situation('an hour set back during an outage makes no timer of an hour', {}, [
    sub('s1', ['a']),
    wait(1_000),
    REFUSED,
    REFUSED,
    BREAK,
    wait(100),
    { do: 'jump', ms: -3_600_000 },
    RECONNECT,
    tell('a'),
    wait(60_000),
    has('s1', 1),
  ]),
  situation('a Retry-After of days is an hour, and nextRetryAt says so', {}, [
    sub('s1', ['a']),
    wait(1_000),
    {
      ...{ do: 'fault', kind: 'handshake' },
      fault: { with: 'status', status: 429, body: '{}', retryAfter: '1000000' },
    },
    REFUSED,
    BREAK,
    wait(30_000),
    holds('nextRetryAt is within the hour', (world) =>
      world.statuses.every(({ nextRetryAt = 0 }) => nextRetryAt <= world.clock.now() + 3_700_000),
    ),
  ]),
  situation('reconnect() at each failure makes no attempt sooner than a second after it', {}, [
    sub('s1', ['a']),
    wait(1_000),
    ...Array.from({ length: 8 }, () => REFUSED),
    { do: 'react', to: 'status', times: 20, deed: RECONNECT },
    { do: 'fault', kind: 'poll', fault: { with: 'refused' } },
    BREAK,
    wait(900),
    holds('there was one attempt at the most', (world) => sent(world, 'handshake') <= 2),
  ]),
];
