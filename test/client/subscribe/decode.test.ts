import { describe, expect, test } from 'vitest';
import { decode as decodeWith } from '../../../src/client/subscribe/decode.ts';
import { isEnvelope } from '../../../src/client/subscribe/envelope.ts';
import type { WireEnvelope } from '../../../src/protocol/envelope.ts';
import { tt } from '../../support/loop-machine.ts';

const decode = (envelope: Parameters<typeof decodeWith>[0]) =>
  decodeWith(envelope, ({ channel, fileId, fileName }) => `http://files/${channel}/${fileId}/${fileName}`);
const BASE = { c: 'room', p: { t: tt(1), r: 1 }, i: 'bob', d: 'hi' } as const;
const PLACE = { channel: 'room', subscription: null, timetoken: tt(1) };
const presence = (d: unknown): WireEnvelope => ({ c: 'room-pnpres', p: { t: tt(1), r: 1 }, d });

describe('what an entry is told as', () => {
  test.each([
    ['a message', BASE, 'message'],
    ['a message by its kind', { ...BASE, e: 0 }, 'message'],
    ['a signal', { ...BASE, e: 1 }, 'signal'],
  ] as const)('%s', (_, envelope, name) => {
    expect(decode({ ...envelope, u: { a: 1 }, cmt: 'text' })).toEqual({
      name,
      event: { ...PLACE, publisher: 'bob', message: 'hi', userMetadata: { a: 1 }, customMessageType: 'text' },
    });
  });

  test('without a publisher and a custom type where the server sends no texts', () => {
    // What a server sends is not what the type says.
    const odd = { ...BASE, i: { x: 1 }, cmt: 5 } as unknown as WireEnvelope;
    expect(decode(odd).event).toMatchObject({ publisher: undefined, customMessageType: undefined });
  });

  test('a message action, with who did it', () => {
    const data = { type: 'reaction', value: 'smile', messageTimetoken: '1', actionTimetoken: '2' };
    expect(decode({ ...BASE, e: 3, d: { source: 'actions', event: 'added', data } })).toEqual({
      name: 'messageAction',
      event: { ...PLACE, publisher: 'bob', event: 'added', data: { ...data, uuid: 'bob' } },
    });
  });

  test('an App Context event', () => {
    const d = { source: 'objects', event: 'set', type: 'uuid', data: { id: 'bob' } };
    expect(decode({ ...BASE, e: 2, d })).toEqual({ name: 'objects', event: { ...PLACE, message: d } });
  });

  test('where a file is, for whoever asks, and for no log', () => {
    const decoded = decode({ ...BASE, e: 4, d: { message: 'see', file: { id: '7', name: 'cat.png' } } });
    expect(decoded).toHaveProperty('event.file.url', 'http://files/room/7/cat.png');
    expect(JSON.stringify(decoded)).not.toContain('http');
  });

  test('a file', () => {
    const d = { message: 'see', file: { id: '7', name: 'cat.png' } };
    expect(decode({ ...BASE, e: 4, d })).toMatchObject({
      name: 'file',
      event: { ...PLACE, publisher: 'bob', message: 'see', file: { id: '7', name: 'cat.png' } },
    });
  });

  test.each(['join', 'leave', 'timeout', 'state-change', 'interval'])('presence: %s', (action) => {
    const d = { action, uuid: 'bob', timestamp: 17, occupancy: 2, data: { mood: 'calm' } };
    expect(decode(presence(d))).toEqual({
      name: 'presence',
      event: {
        ...PLACE,
        event: action,
        uuid: 'bob',
        timestamp: 17,
        occupancy: 2,
        state: { mood: 'calm' },
        joined: [],
        left: [],
        timedOut: [],
        hereNowRefresh: false,
      },
    });
  });
});

describe('the deltas of an interval', () => {
  test.each([
    ['one spelling', { join: ['a'], leave: ['b'], timeout: ['c'] }],
    ['the other', { joined: ['a'], left: ['b'], timedout: ['c'] }],
  ])('are read in %s', (_, deltas) => {
    expect(decode(presence({ action: 'interval', occupancy: 3, timestamp: 17, ...deltas }))).toMatchObject({
      event: { uuid: undefined, joined: ['a'], left: ['b'], timedOut: ['c'] },
    });
  });

  test('may be too long to send', () => {
    expect(
      decode(presence({ action: 'interval', occupancy: 3, timestamp: 17, here_now_refresh: true })),
    ).toMatchObject({
      event: { hereNowRefresh: true },
    });
  });
});

describe('the name that matched', () => {
  test.each([
    [{ ...BASE }, null],
    [{ ...BASE, b: 'room' }, null],
    [{ ...BASE, b: 'group' }, 'group'],
    [{ ...BASE, c: 'n.x', b: 'n.*' }, 'n.*'],
    [{ ...presence({ action: 'join' }), b: 'group-pnpres' }, 'group'],
    [{ ...presence({ action: 'join' }), b: 'room-pnpres' }, null],
  ])('of %j is %j', (envelope, expected) => {
    expect(decode(envelope).event.subscription).toBe(expected);
  });
});

describe('what is no event', () => {
  test.each([
    ['an unknown kind', { ...BASE, e: 9 }],
    ['presence that is text', presence('join')],
    ['presence of an unknown action', presence({ action: 'dance' })],
    ['an action without an event', { ...BASE, e: 3, d: { data: {} } }],
    ['an action without data', { ...BASE, e: 3, d: { event: 'added' } }],
    ['a file without a file', { ...BASE, e: 4, d: { message: 1 } }],
    ['a file without a name', { ...BASE, e: 4, d: { file: { id: '7' } } }],
    ['an App Context event that is a list', { ...BASE, e: 2, d: [] }],
  ])('is refused: %s', (_, envelope) => {
    // The wire may hold any number.
    expect(() => decode(envelope as WireEnvelope)).toThrow(TypeError);
  });

  test.each([
    [BASE, true],
    [{ ...BASE, d: null }, true],
    [{ ...BASE, b: 'g' }, true],
    [null, false],
    ['text', false],
    [[], false],
    [{ ...BASE, c: 7 }, false],
    [{ ...BASE, p: undefined }, false],
    [{ ...BASE, p: { t: 17 } }, false],
    [{ ...BASE, b: 7 }, false],
    [{ c: 'room', p: { t: '1', r: 1 } }, false],
  ])('%j: an envelope? %s', (entry, expected) => {
    expect(isEnvelope(entry)).toBe(expected);
  });
});
