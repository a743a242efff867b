import { inspect } from 'node:util';
import type { PubNub, PubNubOptions } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { describe, expect, it, vi } from 'vitest';

const FAILING: readonly (readonly [string, (message: unknown) => unknown, RegExp])[] = [
  [
    'throws',
    () => {
      throw new RangeError('my bug');
    },
    /RangeError: my bug/,
  ],
  ['rejects', () => Promise.reject(new RangeError('my bug')), /RangeError: my bug/],
  [
    'changes a payload',
    (message) => Object.assign(Object(message), { seen: true }),
    /TypeError: .*extensible/,
  ],
];

async function listening(
  network: TestNetwork,
  handler: (message: unknown) => unknown,
  options?: Partial<PubNubOptions>,
): Promise<PubNub> {
  const pubnub = network.client('alice', options);
  pubnub.on('message', ({ message }) => handler(message));
  await pubnub.subscribe().channels('room').execute().connected();
  return pubnub;
}

describe.each(FAILING)('a listener that %s', (_name, handler, text) => {
  it.each([
    ['close', (network: TestNetwork) => network.close({ test: 'greets' })],
    ['reset', (network: TestNetwork) => network.reset({ test: 'greets' })],
    ['its disposal', (network: TestNetwork) => network[Symbol.asyncDispose]()],
  ])('fails its test, as %s of the network tells', async (_end, end) => {
    const network = createTestNetwork();
    await listening(network, handler);
    await network.publish('room', { a: 1 });
    const error: Error = await end(network).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error.message).toMatch(/left something behind:\n- A listener of "message" failed: /);
    expect(error.message).toMatch(text);
    expect(String(error.cause)).toMatch(text);
    await network.close();
  });

  it('does so also where the client has a logger, which is told as well', async () => {
    const network = createTestNetwork();
    const logger = { error: vi.fn(), debug: vi.fn() };
    await listening(network, handler, { logger });
    await network.publish('room', { a: 1 });
    await expect(network.close()).rejects.toThrow('A listener of "message" failed');
    expect(logger.error).toHaveBeenCalledTimes(1);
    expect(logger.debug).toHaveBeenCalled();
  });

  it('does not fail a test that listens to listenerError of that client', async () => {
    const network = createTestNetwork();
    const heard: unknown[] = [];
    const pubnub = await listening(network, handler);
    pubnub.on('listenerError', ({ error }) => void heard.push(String(error)));
    await network.publish('room', { a: 1 });
    await network.close();
    expect(heard).toEqual([expect.stringMatching(text)]);
  });
});

describe('the options of a network', () => {
  it('do not show its key where they are printed, and have it where they are copied', async () => {
    await using network = createTestNetwork({ cipherKey: 'enigma' });
    const { options } = network;
    const printed = [
      ...[inspect(options), JSON.stringify(options)],
      ...[network, options, network.client('alice')].map((shown) =>
        inspect(shown, { depth: 9, getters: true, showHidden: true }),
      ),
    ].join();
    expect(printed).toContain('[hidden]');
    expect(printed).not.toContain('enigma');
    expect({ ...options }.cipherKey).toBe('enigma');
  });
});
