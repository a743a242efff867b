import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { during } from '../../../../src/client/features/presence/own-states.ts';
import type { OwnState } from '../../../../src/client/subscribe/demand.ts';
import { type Answer, lineOf, rejection, scriptedClient } from '../../../support/unit-client.ts';

const done = async () => undefined;
const refused = () => Promise.reject(new Error('refused'));

describe('what was set', () => {
  test('is remembered by name, as it was then', async () => {
    const states = new Map<string, OwnState>();
    const state = { x: 1 };
    await during(states, { names: ['a', 'b'], state }, done);
    state.x = 2;
    expect([states.get('a')?.text, states.get('b')?.text, states.get('c')?.text]).toEqual([
      '{"x":1}',
      '{"x":1}',
      undefined,
    ]);
  });

  test('is remembered while the call runs, and no longer if it fails', async () => {
    const states = new Map<string, OwnState>();
    await during(states, { names: ['a'], state: { x: 1 } }, done);
    const failing = during(states, { names: ['a', 'b'], state: { x: 2 } }, refused);
    expect([states.get('a')?.text, states.get('b')?.text]).toEqual(['{"x":2}', '{"x":2}']);
    expect(await rejection(failing)).toMatchObject({ message: 'refused' });
    expect([states.get('a')?.text, states.get('b')?.text]).toEqual(['{"x":1}', undefined]);
  });

  test('survives the failure of a call that was made before it, also with an equal state', async () => {
    const states = new Map<string, OwnState>();
    const failing = during(states, { names: ['a'], state: { x: 1 } }, refused);
    await during(states, { names: ['a'], state: { x: 1 } }, done);
    await rejection(failing);
    expect(states.get('a')?.text).toBe('{"x":1}');
  });

  test('is not brought back by a failure after it was forgotten', async () => {
    const states = new Map<string, OwnState>();
    await during(states, { names: ['a'], state: { x: 1 } }, done);
    const failing = during(states, { names: ['a'], state: { x: 2 } }, refused);
    states.delete('a');
    await rejection(failing);
    expect(states.get('a')?.text).toBe(undefined);
  });

  test('is of ten thousand names at most, the last ones', async () => {
    const states = new Map<string, OwnState>();
    const names = Array.from({ length: 10_001 }, (_, index) => `n${index}`);
    await during(states, { names, state: {} }, done);
    expect([states.get('n0')?.text, states.get('n1')?.text, states.get('n10000')?.text]).toEqual([
      undefined,
      '{}',
      '{}',
    ]);
  });

  test('is, for each name, what the last call that succeeded set', async () => {
    const calls = fc.record({
      names: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
      x: fc.nat(9),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(calls), async (list) => {
        const states = new Map<string, OwnState>();
        const model = new Map<string, string>();
        for (const { names, x, fails } of list) {
          await during(states, { names, state: { x } }, fails ? refused : done).catch(() => undefined);
          if (!fails) for (const name of names) model.set(name, `{"x":${x}}`);
        }
        for (const name of ['a', 'b', 'c']) expect(states.get(name)?.text).toBe(model.get(name));
      }),
    );
  });
});

describe('a client', () => {
  const never = () => new Promise<never>(() => undefined);

  /** A client whose handshakes and presence calls succeed and whose polls stay open. */
  function connected(options: { readonly maintainPresenceState?: boolean } = {}, setStateAnswer?: Answer) {
    const network = scriptedClient(
      [
        ({ url }) => {
          if (url.includes('/data?')) return setStateAnswer ?? { body: '{"status":200,"payload":{}}' };
          if (url.includes('/v2/presence/')) return { body: '{"status":200}' };
          return url.includes('tt=0') ? { body: '{"t":{"t":"17000000000000000","r":1},"m":[]}' } : never();
        },
      ],
      { presenceTimeout: 20, ...options },
    );
    /** The states told so far, by the requests with this in their path. */
    const told = (part: string) =>
      network.requests
        .filter(({ url }) => url.includes(part) && (part !== '/v2/subscribe/' || url.includes('tt=0')))
        .map((request) => decodeURIComponent(lineOf(request).query['state'] ?? 'none'));
    return { ...network, told };
  }

  test('tells the state that was set in later heartbeats and handshakes, of its channels and groups', async () => {
    const { pubnub, clock, told, close } = connected();
    pubnub.subscribe().channels('a', 'b').channelGroups('g').execute();
    await clock.advance(0);
    await pubnub.setState().channels('a', 'later').channelGroups('g').state({ x: 1 }).execute();
    await clock.advance(9_000);
    expect(told('/heartbeat')).toEqual(['{"a":{"x":1},"g":{"x":1}}']);
    pubnub.subscribe().channels('later').execute();
    await clock.advance(0);
    expect(told('/v2/subscribe/')).toEqual(['none', '{"a":{"x":1},"later":{"x":1},"g":{"x":1}}']);
    await close();
  });

  test('tells it again after a disconnect, and forgets it when the channel is left', async () => {
    const { pubnub, clock, told, close } = connected();
    pubnub.subscribe().channels('a', 'b').channelGroups('g').execute();
    await clock.advance(0);
    const state = pubnub.setState({ channels: ['a', 'b'], channelGroups: 'g', state: { x: 1 } });
    await state.withHeartbeat().execute();
    pubnub.disconnect();
    await clock.advance(0);
    pubnub.reconnect();
    await clock.advance(5_000);
    expect(told('/v2/subscribe/').at(-1)).toBe('{"a":{"x":1},"b":{"x":1},"g":{"x":1}}');
    await pubnub.unsubscribe().channels('a').channelGroups('g').execute();
    pubnub.subscribe().channels('a').channelGroups('g').execute();
    await clock.advance(5_000);
    expect(told('/v2/subscribe/').at(-1)).toBe('{"b":{"x":1}}');
    await close();
  });

  test('tells, of several states, the one that was given last', async () => {
    const { pubnub, clock, told, close } = connected();
    pubnub.subscribe().channels('a').withState({ from: 'subscribe' }).execute();
    await clock.advance(0);
    await pubnub.setState().channels('a').state({ from: 'setState' }).execute();
    pubnub.subscribe().channels('b').execute();
    await clock.advance(0);
    pubnub.subscribe().channels('a', 'c').withState({ from: 'subscribe again' }).execute();
    await clock.advance(0);
    const again = '{"from":"subscribe again"}';
    expect(told('/v2/subscribe/')).toEqual([
      '{"a":{"from":"subscribe"}}',
      '{"a":{"from":"setState"}}',
      `{"a":${again},"c":${again}}`,
    ]);
    await close();
  });

  test('does not tell what the server refused, nor anything where it is told not to', async () => {
    const refusal = { status: 400, body: '{"status":400,"error":1,"message":"no","service":"Presence"}' };
    for (const [options, answer] of [
      [{}, refusal],
      [{ maintainPresenceState: false }, undefined],
    ] as const) {
      const { pubnub, clock, told, close } = connected(options, answer);
      pubnub.subscribe().channels('a').execute();
      await clock.advance(0);
      const { status } = await pubnub.setState().channels('a').state({ x: 1 }).envelope();
      expect(status.isError).toBe(answer !== undefined);
      await clock.advance(9_000);
      expect(told('/heartbeat')).toEqual(['none']);
      await close();
    }
  });

  test('does not remember what is no state', async () => {
    const { pubnub, clock, told, close } = connected();
    pubnub.subscribe().channels('a').execute();
    await clock.advance(0);
    // What a program in plain JavaScript may give.
    const odd = pubnub.setState({ channels: 'a', state: { at: 1n } } as never);
    expect(await rejection(odd.execute())).toMatchObject({ code: 'PN-1004' });
    await clock.advance(9_000);
    expect(told('/heartbeat')).toEqual(['none']);
    await close();
  });
});
