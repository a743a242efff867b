import { describe, expect, it } from 'vitest';
import type { EventMap } from '../../../src/client/listeners/events.ts';
import { ListenerRegistry } from '../../../src/client/listeners/registry.ts';
import type { Logger } from '../../../src/client/runtime/logger.ts';
import { fails } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

const EVENT: EventMap['gap'] = {
  ...{ channel: 'a', from: '1', to: '2', reason: 'trimmed', certain: true, recovered: 'none' },
  ...{ presence: false, kinds: ['message'] },
};

const NOT_READ = new Error('not to be read');

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function withThen(then: PropertyDescriptor, target: object = {}): object {
  return Object.defineProperty(target, 'then', then);
}

function registry(logger?: Logger) {
  const failures: unknown[][] = [];
  const listeners: ListenerRegistry = new ListenerRegistry(
    () => undefined,
    (event, error) => {
      failures.push([event, error]);
      listeners.report(event, error);
    },
    { logger },
  );
  return { listeners, failures };
}

function logs() {
  const lines: unknown[][] = [];
  const log = (level: string) => (message: string, fields?: object) =>
    void lines.push([level, message, fields]);
  return { lines, logger: { warn: log('warn'), error: log('error') } };
}

describe('whatever a listener is or does, it is reported, and the others are called', () => {
  it.each<readonly [string, () => object]>([
    ['a property that throws', () => Object.defineProperty({}, 'gap', { get: fails(NOT_READ) })],
    ['a revoked proxy', () => revoked({})],
    ['a proxy whose traps throw', () => new Proxy({}, { get: fails(NOT_READ), ownKeys: fails(NOT_READ) })],
    ['a prototype that cannot be asked', () => new Proxy({}, { get: fails(1), getPrototypeOf: fails(1) })],
    ['a revoked proxy for a method', () => ({ gap: revoked(() => undefined) })],
    ['a method that throws', () => ({ gap: fails(undefined) })],
    ['a method that rejects', () => ({ gap: () => Promise.reject(NOT_READ) })],
    ['a then that cannot be read', () => ({ gap: () => withThen({ get: fails(NOT_READ) }) })],
    ['a then that throws', () => ({ gap: () => withThen({ value: fails(NOT_READ) }) })],
    ['a function with such a then', () => ({ gap: () => withThen({ value: fails(NOT_READ) }, () => 1) })],
    ['a revoked proxy that is returned', () => ({ gap: () => revoked({}) })],
    [
      'a then that rejects twice, and throws',
      () => ({
        gap: () => ({
          // biome-ignore lint/suspicious/noThenProperty: it is what a listener may return
          then: (_: unknown, reject: (error: unknown) => void) => {
            reject(NOT_READ);
            reject(NOT_READ);
            throw NOT_READ;
          },
        }),
      }),
    ],
    [
      'a method whose own call throws',
      () => ({ gap: Object.assign(() => Promise.reject(NOT_READ), { call: fails(1), apply: fails(1) }) }),
    ],
  ])('%s', async (_name, make) => {
    const { listeners, failures } = registry();
    let calls = 0;
    const heard: unknown[] = [];
    listeners.on('gap', () => calls++);
    listeners.add(make());
    listeners.on('gap', () => calls++);
    listeners.on('listenerError', (event) => heard.push(event));
    expect(listeners.has('gap')).toBe(true);
    listeners.emit('gap', EVENT);
    await settle();
    expect(calls).toBe(2);
    expect(failures[0]?.[0]).toBe('gap');
    // Of a proxy that throws on any question, the error event fails as well, and is reported once.
    expect(failures.filter(([event]) => event === 'gap')).toHaveLength(1);
    expect(heard).toEqual([{ event: 'gap', error: failures[0]?.[1] }]);
  });

  it('a listener that cannot be asked counts as nobody who listens', () => {
    const { listeners } = registry();
    listeners.add(revoked({}));
    expect(listeners.has('gap')).toBe(false);
    listeners.add({ gap: () => undefined });
    expect(listeners.has('gap')).toBe(true);
  });

  it('handlers that remove all, and add as many, while an event is under way', () => {
    const { listeners } = registry();
    let calls = 0;
    const anew = () => {
      calls++;
      listeners.clear();
      listeners.on('gap', anew);
      listeners.add({ gap: anew });
    };
    listeners.on('gap', anew);
    listeners.add({ gap: anew });
    for (const _ of [1, 2, 3]) listeners.emit('gap', EVENT);
    expect(calls).toBe(3);
  });
});

describe('a failure', () => {
  it('that nobody listens for is logged, from wherever it is told', () => {
    const { lines, logger } = logs();
    const { listeners } = registry(logger);
    const error = new Error('mine');
    listeners.on('gap', fails(error));
    listeners.emit('gap', EVENT);
    // A subscription tells of its handlers' failures in this way.
    listeners.emit('listenerError', { event: 'message', error });
    expect(lines).toEqual([
      ['error', 'a listener failed', { event: 'gap', error }],
      ['error', 'a listener failed', { event: 'message', error }],
    ]);
  });

  it('of a handler of listenerError is logged, and the other handlers of it are called', () => {
    const { lines, logger } = logs();
    const { listeners } = registry(logger);
    const second = new Error('second');
    let heard = 0;
    listeners.on('gap', fails(new Error('first')));
    listeners.on('listenerError', fails(second));
    listeners.add({ listenerError: () => void heard++ });
    listeners.emit('gap', EVENT);
    expect(heard).toBe(1);
    expect(lines).toEqual([['error', 'a listener failed', { event: 'listenerError', error: second }]]);
  });
});

describe('an emitted event', () => {
  it('is frozen, so that a listener cannot change what the next one gets', () => {
    const { listeners, failures } = registry();
    const got: unknown[] = [];
    listeners.on('gap', (event) => Object.assign(event, { reason: 'retention' }));
    listeners.on('gap', ({ kinds }: EventMap['gap']) => [kinds].flat().push.call(kinds, 'signal'));
    listeners.on('gap', (event) => got.push(structuredClone(event)));
    listeners.emit('gap', { ...EVENT, kinds: ['message'] });
    expect(got).toEqual([EVENT]);
    expect(failures.map(([, error]) => error)).toEqual([expect.any(TypeError), expect.any(TypeError)]);
  });
});
