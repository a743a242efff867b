import { afterEach, expect, it, vi } from 'vitest';
import { ASYNC_DISPOSE, DISPOSE } from '../../src/protocol/disposal.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const Own = Symbol;

/** A `Symbol` as in a browser of the time before `using`. */
function withoutDisposal(): void {
  const {
    dispose: _dispose,
    asyncDispose: _asyncDispose,
    ...others
  } = Object.getOwnPropertyDescriptors(Symbol);
  const older = Object.defineProperties((description?: string) => Own(description), others);
  vi.stubGlobal('Symbol', older);
  vi.resetModules();
}

it('is the symbols of the runtime', () => {
  expect([DISPOSE, ASYNC_DISPOSE]).toEqual([Symbol.dispose, Symbol.asyncDispose]);
});

it.each([
  [
    'a client',
    async () => {
      const { PubNub } = await import('../../src/client/pubnub.ts');
      return new PubNub({ subscribeKey: 'demo', userId: 'a' });
    },
  ],
  ['an origin', async () => (await import('../../src/origin/index.ts')).createOrigin()],
  ['a network', async () => (await import('../../src/testing/index.ts')).createTestNetwork()],
] as const)('%s has no method called "undefined" where there are no such symbols', async (_name, make) => {
  withoutDisposal();
  const made = await make();
  expect('undefined' in made).toBe(false);
  // What esbuild and Babel look for when they have compiled `await using`.
  expect(typeof Reflect.get(made, Symbol.for('Symbol.asyncDispose'))).toBe('function');
  await made.close();
  if ('close' in made) await made.close();
});

it('a subscription can be left there by its stand-in', async () => {
  withoutDisposal();
  const { PubNub } = await import('../../src/client/pubnub.ts');
  const pubnub = new PubNub({
    subscribeKey: 'demo',
    userId: 'a',
    transport: () => new Promise(() => undefined),
  });
  const subscription = pubnub.subscribe().channels('a').execute();
  expect('undefined' in subscription).toBe(false);
  const leave: unknown = Reflect.get(subscription, Symbol.for('Symbol.dispose'));
  if (typeof leave === 'function') Reflect.apply(leave, subscription, []);
  expect(subscription.channels).toEqual([]);
  await pubnub.close();
});

it('ends an origin and its server', async () => {
  const { createOrigin } = await import('../../src/origin/index.ts');
  const { serve } = await import('../../src/origin/node.ts');
  const origin = createOrigin();
  const server = await serve(origin);
  await server[Symbol.asyncDispose]();
  await expect(fetch(`${server.url}/time/0`)).rejects.toThrow();
  await origin[Symbol.asyncDispose]();
  expect((await origin.fetch('http://origin/publish/demo/demo/0/a/0/1')).status).toBe(503);
});
