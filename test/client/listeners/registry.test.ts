import { SubscribeCallback } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { EVENT_NAMES, type EventMap } from '../../../src/client/listeners/events.ts';
import { ListenerRegistry } from '../../../src/client/listeners/registry.ts';

const EVENT: EventMap['messageAction'] = {
  ...{ channel: 'a', subscription: null, timetoken: '1', publisher: 'bob' },
  event: 'added',
  data: { type: 'reaction', value: 'smile', uuid: 'bob', actionTimetoken: '2', messageTimetoken: '1' },
};

function registry() {
  const failures: unknown[] = [];
  const listeners = new ListenerRegistry(
    () => 'the client',
    (event, error) => void failures.push([event, error]),
  );
  return { listeners, failures, emit: () => listeners.emit('messageAction', EVENT) };
}

describe('a listener registry', () => {
  it('calls handlers in the order they came, with the event and the client', () => {
    const { listeners, emit } = registry();
    const calls: unknown[] = [];
    listeners.on('messageAction', (event, client) => calls.push([1, event, client]));
    listeners.add({ messageAction: (...all: unknown[]) => void calls.push([2, ...all]) });
    listeners.on('messageAction', (event, client) => calls.push([3, event, client]));
    emit();
    expect(calls).toEqual([1, 2, 3].map((number) => [number, EVENT, 'the client']));
  });

  it('has the same listener once, however often it is added', () => {
    const { listeners, emit } = registry();
    let calls = 0;
    const listener = { messageAction: () => void calls++ };
    listeners.add(listener);
    listeners.add(listener);
    emit();
    expect(calls).toBe(1);
    listeners.remove(listener);
    emit();
    expect(calls).toBe(1);
    listeners.remove(listener);
    listeners.add(listener);
    emit();
    expect(calls).toBe(2);
  });

  it('lets go of one handler only, however often its disposer is called', () => {
    const { listeners, emit } = registry();
    let calls = 0;
    const handler = () => calls++;
    const off = listeners.on('messageAction', handler);
    listeners.on('messageAction', handler);
    off();
    off();
    emit();
    expect(calls).toBe(1);
  });

  it('calls nobody who was removed or added while the event is under way', () => {
    const { listeners, emit } = registry();
    const calls: string[] = [];
    const later = { messageAction: () => void calls.push('later') };
    listeners.on('messageAction', () => {
      calls.push('first');
      listeners.remove(later);
      listeners.on('messageAction', () => calls.push('new'));
    });
    listeners.add(later);
    emit();
    expect(calls).toEqual(['first']);
    calls.length = 0;
    emit();
    expect(calls).toEqual(['first', 'new']);
  });

  it('calls a handler that removes itself no more', () => {
    const { listeners, emit } = registry();
    let calls = 0;
    const off = listeners.on('messageAction', () => {
      calls++;
      off();
    });
    emit();
    emit();
    expect(calls).toBe(1);
  });

  it('takes one that is removed and added anew meanwhile for a new one', () => {
    const { listeners, emit } = registry();
    let calls = 0;
    const listener = { messageAction: () => void calls++ };
    listeners.on('messageAction', () => {
      listeners.remove(listener);
      listeners.add(listener);
    });
    listeners.add(listener);
    emit();
    expect(calls).toBe(0);
  });

  it('looks methods up at each event, on the listener itself', () => {
    const { listeners, emit } = registry();
    const calls: unknown[] = [];
    class Mine extends SubscribeCallback {
      readonly name = 'mine';
      override messageAction() {
        calls.push(this.name);
      }
    }
    const mine = new Mine();
    listeners.add(mine);
    emit();
    mine.messageAction = () => void calls.push('replaced');
    emit();
    expect(calls).toEqual(['mine', 'replaced']);
  });

  it('knows whether anybody listens', () => {
    const { listeners } = registry();
    const listener: { gap?: () => void } = {};
    listeners.add(listener);
    expect([listeners.has('gap'), listeners.has('status')]).toEqual([false, false]);
    listener.gap = () => undefined;
    expect([listeners.has('gap'), listeners.has('status')]).toEqual([true, false]);
    const off = listeners.on('status', () => undefined);
    expect(listeners.has('status')).toBe(true);
    off();
    expect(listeners.has('status')).toBe(false);
    listeners.clear();
    expect(listeners.has('gap')).toBe(false);
  });

  it('forgets everybody when it is cleared', () => {
    const { listeners, emit } = registry();
    let calls = 0;
    const listener = { messageAction: () => void calls++ };
    listeners.add(listener);
    listeners.on('messageAction', () => calls++);
    listeners.clear();
    emit();
    expect(calls).toBe(0);
    listeners.add(listener);
    emit();
    expect(calls).toBe(1);
  });
});

describe('watchers', () => {
  it('hear before the program does, and stay when everybody is removed', () => {
    const { listeners, emit } = registry();
    const calls: string[] = [];
    listeners.on('messageAction', () => calls.push('handler'));
    listeners.watch('messageAction', () => calls.push('watcher'));
    emit();
    expect(calls).toEqual(['watcher', 'handler']);
    listeners.clear();
    emit();
    expect(calls).toEqual(['watcher', 'handler', 'watcher']);
    expect(listeners.has('messageAction')).toBe(false);
  });
});

describe('SubscribeCallback', () => {
  it('has a method for every event, which does nothing', () => {
    const callback = new SubscribeCallback();
    for (const name of EVENT_NAMES) expect(Reflect.get(callback, name)).toBeTypeOf('function');
    expect(EVENT_NAMES.map((name) => Reflect.apply(Reflect.get(callback, name), callback, [{}, {}]))).toEqual(
      EVENT_NAMES.map(() => undefined),
    );
  });
});
