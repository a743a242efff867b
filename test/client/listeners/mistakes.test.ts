import { PubNubError, SubscribeCallback } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { hints } from '../../../src/client/features/hints/feature.ts';
import { EVENT_NAMES, type EventName } from '../../../src/client/listeners/events.ts';
import { ListenerRegistry } from '../../../src/client/listeners/registry.ts';
import { fails, scriptedClient } from '../../support/unit-client.ts';

const OF_SUBSCRIPTIONS = ['message', 'signal', 'gap'] as const;

function registry(names: readonly EventName[] = EVENT_NAMES) {
  const warnings: unknown[][] = [];
  const warn = (...line: unknown[]) => void warnings.push(line);
  const listeners = new ListenerRegistry(
    () => undefined,
    () => undefined,
    { names, logger: { warn }, hints: hints.hints },
  );
  return {
    warnings,
    listeners,
    /** As JavaScript would call them, without the types. */
    on: (...all: readonly unknown[]) => Reflect.apply(listeners.on, listeners, all),
    add: (...all: readonly unknown[]) => Reflect.apply(listeners.add, listeners, all),
  };
}

function refusal(call: () => unknown): PubNubError {
  try {
    call();
  } catch (error) {
    if (PubNubError.is(error)) return error;
  }
  throw new Error('expected a PubNubError');
}

describe('on()', () => {
  it.each([
    ['mesage', 'on: "mesage" is no event; did you mean "message"?'],
    ['Presence', 'on: "Presence" is no event; did you mean "presence"?'],
    ['onStatus', 'on: "onStatus" is no event; did you mean "status"?'],
    ['error', 'on: "error" is no event; it must be one of message, presence, status'],
    ['toString', 'on: "toString" is no event; it must be one of'],
    [undefined, 'on: undefined is no event; it must be one of'],
    [Symbol('message'), 'on: a symbol is no event'],
    [() => undefined, 'on: a function is no event'],
    [{}, 'on: an object is no event'],
  ])('refuses the name %o at once', (name, text) => {
    const { on, listeners } = registry();
    const error = refusal(() => on(name, () => undefined));
    expect(error).toMatchObject({ code: 'PN-1002', category: 'PNValidationErrorCategory' });
    expect(error.message).toContain(text);
    for (const event of EVENT_NAMES) expect(listeners.has(event)).toBe(false);
  });

  it.each([[undefined], [null], ['handler'], [{}]])('refuses %o for a handler', (handler) => {
    const { on, listeners } = registry();
    const error = refusal(() => on('message', handler));
    expect(error.code).toBe('PN-1002');
    expect(error.message).toContain('on: the handler of "message" must be a function, not ');
    expect(listeners.has('message')).toBe(false);
  });

  it('takes only what is told there', () => {
    const { on } = registry(OF_SUBSCRIPTIONS);
    expect(on('gap', () => undefined)).toBeTypeOf('function');
    expect(refusal(() => on('status', () => undefined)).message).toContain(
      'on: a subscription has no event "status"; listen for it on the client.',
    );
    expect(refusal(() => on('mesage', () => undefined)).message).toContain('did you mean "message"?');
    expect(refusal(() => on('error', () => undefined)).message).toContain('one of message, signal, gap.');
  });
});

describe('addListener()', () => {
  it.each([
    [undefined, 'must be an object with methods named after events, not undefined.'],
    [null, 'must be an object with methods named after events, not null.'],
    ['x', 'must be an object with methods named after events, not a string.'],
    [7, 'not a number.'],
    [() => undefined, 'not a function. For a function, use on(name, handler).'],
    [SubscribeCallback, 'not a function. For a function, use on(name, handler).'],
  ])('refuses %o at once', (listener, text) => {
    const { pubnub } = scriptedClient();
    for (const add of [
      registry().add,
      (value: unknown) => Reflect.apply(pubnub.addListener, pubnub, [value]),
    ]) {
      const error = refusal(() => add(listener));
      expect(error).toMatchObject({ code: 'PN-1002', category: 'PNValidationErrorCategory' });
      expect(error.message).toContain('addListener: ');
      expect(error.message).toContain(text);
    }
  });

  it.each([
    ['mesage', 'message'],
    ['Message', 'message'],
    ['messages', 'message'],
    ['onMessage', 'message'],
    ['onMessageAction', 'messageAction'],
    ['prescence', 'presence'],
    ['stauts', 'status'],
    ['files', 'file'],
  ])('logs a method %s, which is nearly an event, with the right word', (member, event) => {
    const { add, warnings } = registry();
    const listener = { [member]: () => undefined, message: () => undefined };
    add(listener);
    add(listener);
    expect(warnings).toEqual([
      [`a listener has "${member}", which is no event; did you mean "${event}"?`, { member, event }],
    ]);
  });

  it.each([
    [{ mesage: () => undefined }, 'mesage', 'message'],
    [{ onStatus: () => undefined, helper: () => undefined }, 'onStatus', 'status'],
    [
      new (class {
        presense() {}
      })(),
      'presense',
      'presence',
    ],
  ])(
    'refuses a listener with nothing but misspelt methods: it would hear nothing',
    (listener, member, event) => {
      const { add, warnings } = registry();
      expect(refusal(() => add(listener))).toMatchObject({
        code: 'PN-1002',
        message: expect.stringContaining(`"${member}", which is no event; did you mean "${event}"?`),
      });
      expect(warnings).toEqual([]);
    },
  );

  it('logs those that a class has, once for each instance', () => {
    const { add, warnings } = registry();
    class Base {
      mesage() {}
      helper() {}
    }
    class Mine extends Base {
      override mesage() {}
      readonly presense = () => undefined;
      readonly state = () => undefined;
    }
    add(new Mine());
    expect(warnings.map(([, fields]) => fields)).toEqual([
      { member: 'presense', event: 'presence' },
      { member: 'mesage', event: 'message' },
    ]);
  });

  it('says nothing of members of its own', () => {
    const { add, warnings } = registry(OF_SUBSCRIPTIONS);
    add({ name: 'mine', messages: [], log: () => 1, start() {}, on() {}, addListener() {}, status() {} });
    add(new (class extends SubscribeCallback {})());
    add(new (class extends Map<string, string> {})());
    add(Object.create(null));
    expect(warnings).toEqual([]);
  });

  it('asks no getter before there is need', () => {
    const { add, warnings } = registry();
    let asked = 0;
    const get = () => asked++;
    add(Object.defineProperty({}, 'mesage', { get, enumerable: true }));
    expect([asked, warnings]).toEqual([0, []]);
  });
});

describe('removeListener()', () => {
  it.each([[undefined], [null], ['x'], [() => undefined], [{}]])(
    'leaves alone what is no listener: %o',
    (it) => {
      const { pubnub } = scriptedClient();
      expect(Reflect.apply(pubnub.removeListener, pubnub, [it])).toBeUndefined();
    },
  );
});

describe('without hints', () => {
  it('takes a listener as it is', () => {
    const listeners = new ListenerRegistry(
      () => undefined,
      () => undefined,
    );
    listeners.add({ mesage: () => undefined });
    expect(listeners.has('message')).toBe(false);
  });
});

describe('a client', () => {
  it('logs what a listener misspells, at warn', () => {
    const lines: unknown[][] = [];
    const { pubnub } = scriptedClient([], {
      logger: { warn: (...line) => void lines.push(line), error: fails(new Error('at another level')) },
    });
    const listener = { message: () => undefined, mesage: () => undefined };
    pubnub.addListener(listener);
    expect(lines).toEqual([[expect.stringContaining('"mesage"'), { member: 'mesage', event: 'message' }]]);
  });
});
