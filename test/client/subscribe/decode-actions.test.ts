import { describe, expect, test } from 'vitest';
import { decode as decodeWith } from '../../../src/client/subscribe/decode.ts';

const decode = (envelope: Parameters<typeof decodeWith>[0]) => decodeWith(envelope, () => '');

const DATA = {
  messageTimetoken: '15725459448096144',
  type: 'reaction',
  value: 'winky_face',
  actionTimetoken: '15725459793173220',
};
const envelope = (d: unknown, more: object = {}) =>
  ({ e: 3, c: 'room', p: { t: '15725459793173221', r: 1 }, i: 'bob', d, ...more }) as const;
const payload = (event: unknown, data: unknown = DATA) => ({
  source: 'actions',
  version: '1.0',
  event,
  data,
});

describe('the event of a message action', () => {
  test.each(['added', 'removed'])('27: tells what was %s, and by whom', (event) => {
    expect(decode(envelope(payload(event)))).toEqual({
      name: 'messageAction',
      event: {
        ...{ channel: 'room', subscription: null, timetoken: '15725459793173221', publisher: 'bob', event },
        data: { ...DATA, uuid: 'bob' },
      },
    });
  });

  test('comes through groups and wildcards, and without a publisher', () => {
    expect(decode(envelope(payload('added'), { b: 'g', i: undefined })).event).toMatchObject({
      ...{ channel: 'room', subscription: 'g', publisher: undefined },
      data: { uuid: undefined },
    });
  });

  test.each<readonly [string, unknown]>([
    ['no object', 'added'],
    ['another event', payload('changed')],
    ['no event', payload(undefined)],
    ['no data', { event: 'added' }],
    ...Object.keys(DATA).map(
      (name) => [`no ${name}`, payload('added', { ...DATA, [name]: undefined })] as const,
    ),
    ['a timetoken that has lost digits', payload('added', { ...DATA, actionTimetoken: 15725459793173220 })],
  ])('is none with %s', (_, d) => {
    expect(() => decode(envelope(d))).toThrow(TypeError);
  });
});
