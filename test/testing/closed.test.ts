import { PubNub } from 'timetoken';
import { createTestNetwork, type TestNetwork, TestNetworkError } from 'timetoken/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

const TIME = 'https://ps.pndsn.com/time/0';
const FAULT = { with: 'reset' };

async function failure(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return 'nothing';
}

/** A method of the network by its name, without its types. */
function call(network: TestNetwork, method: string, given: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(network, method), network, given);
}

/** The members of an object that its classes declare. */
function membersOf(object: object): Record<string, PropertyDescriptor> {
  const above: unknown = Object.getPrototypeOf(object);
  if (typeof above !== 'object' || above === null || above === Object.prototype) return {};
  return { ...membersOf(above), ...Object.getOwnPropertyDescriptors(above) };
}

const AFTER_CLOSE: readonly (readonly [method: string, given: readonly unknown[]])[] = [
  ['client', ['alice']],
  ['listen', []],
  ['keyset', ['demo']],
  ['publish', ['room', 1]],
  ['join', ['room', 'bob']],
  ['leave', ['room', 'bob']],
  ['timeout', ['room', 'bob']],
  ['setState', ['room', 'bob', {}]],
  ['replay', [['{"type":"recording","version":1}']]],
  ['published', []],
  ['received', []],
  ['subscribed', ['room']],
  ['idle', []],
  ['settled', [Promise.resolve()]],
  ['transcript', []],
  ['fail', ['*', FAULT]],
  ['offline', []],
  ['online', []],
  ['delay', [5]],
  ['duplicate', []],
  ['expireToken', []],
  ['sleep', [5]],
  ['reset', []],
];

describe('a network that is closed', () => {
  it.each(AFTER_CLOSE)('says so to %s()', async (method, given) => {
    const network = createTestNetwork();
    await network.fetch(TIME);
    const people = network.keyset('demo');
    await network.close();
    const error = await failure(() => call(network, method, given));
    expect(error).toBeInstanceOf(TestNetworkError);
    expect(String(error)).toMatch(/^TestNetworkError: The test network is closed\. .*\n\n.*\n.* time → 200$/);
    if (!(method in people)) return;
    const other = await failure(() => Reflect.apply(Reflect.get(people, method), people, given));
    expect(other).toBeInstanceOf(TestNetworkError);
  });

  it('the table has every method', () => {
    const { constructor: _, close: __, error: ___, ...methods } = membersOf(createTestNetwork());
    const names = Object.entries(methods).filter(([, { value }]) => typeof value === 'function');
    expect(names.map(([name]) => name).sort()).toEqual(AFTER_CLOSE.map(([name]) => name).sort());
  });

  it('has no subscriptions to tell of', async () => {
    const network = createTestNetwork();
    await network.close();
    expect(() => network.subscriptions).toThrow('The test network is closed.');
  });

  it('leaves no port open that was asked for before', async () => {
    const network = createTestNetwork();
    const listening = network.listen();
    const reached = listening.then(({ url }) => fetch(url));
    const outcome = reached.then(String, ({ message }) => message);
    await network.close();
    expect(await outcome).toMatch(/The test network is closed|fetch failed/);
  });

  it('while it is being closed, lets clients end, and no test begin', async () => {
    const network = createTestNetwork();
    const pubnub = new PubNub({ ...network.options, userId: 'alice' });
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    const ending = [pubnub.close(), network.close()];
    expect(() => network.fail('*', { with: 'reset' })).toThrow('The test network is closed.');
    await Promise.all(ending);
  });
});

it('a network listens on as many ports as it is asked for, at the same time', async () => {
  const network = createTestNetwork();
  onTestFinished(() => network.close());
  const ports = await Promise.all([network.listen(), network.listen(), network.listen({ port: 0 })]);
  expect(new Set(ports.map(({ port }) => port)).size).toBe(3);
  for (const { url, close } of ports) {
    expect((await fetch(`${url}/time/0`)).ok).toBe(true);
    await close();
    await close();
  }
});
