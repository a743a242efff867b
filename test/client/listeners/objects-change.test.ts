import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectsChange } from '../../../src/client/listeners/objects-change.ts';

const FRAME = { source: 'objects', version: '2.0' };
const ENDS = { channel: { id: 'room' }, uuid: { id: 'bob' } };

describe('a change of App Context', () => {
  it.each([
    ['29: a user is gone', { ...FRAME, event: 'delete', type: 'uuid', data: { id: 'TestUserID' } }],
    ['a user', { ...FRAME, event: 'set', type: 'uuid', data: { id: 'bob', name: null, eTag: 'e' } }],
    ['a channel', { ...FRAME, event: 'set', type: 'channel', data: { id: 'room', custom: { a: 1 } } }],
    ['a channel is gone', { event: 'delete', type: 'channel', data: { id: 'room' } }],
    ['a membership', { ...FRAME, event: 'set', type: 'membership', data: { ...ENDS, status: 'muted' } }],
    ['a membership is gone', { ...FRAME, event: 'delete', type: 'membership', data: ENDS }],
    [
      'with fields of a later version',
      { ...FRAME, event: 'set', type: 'uuid', data: { id: 'b', x: [] }, y: 1 },
    ],
  ])('comes as it is: %s', (_, payload) => {
    expect(objectsChange(payload)).toEqual(payload);
  });

  it.each([
    ['user', 'updated', 'uuid', 'set'],
    ['user', 'create', 'uuid', 'set'],
    ['space', 'update', 'channel', 'set'],
    ['space', 'removed', 'channel', 'delete'],
    ['user', 'delete', 'uuid', 'delete'],
  ])('of version 1.0 speaks as those of today: %s %s', (oldType, oldEvent, type, event) => {
    const data = { id: 'bob' };
    const version = '1.0';
    expect(objectsChange({ version, type: oldType, event: oldEvent, data })).toEqual({
      version,
      type,
      event,
      data,
    });
  });

  it.each([
    [{}],
    [{ event: 'set', type: 'uuid' }],
    [{ event: 'set', type: 'uuid', data: 'bob' }],
    [{ event: 'set', type: 'uuid', data: { id: 7 } }],
    [{ event: 'set', type: 'constructor', data: { id: 'bob' } }],
    [{ event: 'toString', type: 'uuid', data: { id: 'bob' } }],
    [{ event: 'moved', type: 'uuid', data: { id: 'bob' } }],
    [{ event: 'set', type: 'membership', data: { id: 'bob' } }],
    [{ event: 'set', type: 'membership', data: { uuid: { id: 'bob' }, channel: 'room' } }],
  ])('is refused when it is of an unknown kind: %j', (payload) => {
    expect(() => objectsChange(payload)).toThrow(TypeError);
  });

  it('is read or refused, whatever comes', () => {
    const words = fc.constantFrom('set', 'delete', 'user', 'uuid', 'membership', '__proto__', 7, null);
    const record = fc.record({ event: words, type: words, data: fc.jsonValue() }, { requiredKeys: [] });
    fc.assert(
      fc.property(record, (payload) => {
        try {
          const { event, type } = objectsChange(payload);
          expect(['set', 'delete']).toContain(event);
          expect(['uuid', 'channel', 'membership']).toContain(type);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
