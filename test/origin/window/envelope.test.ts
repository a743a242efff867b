import { expect, test } from 'vitest';
import type { DeliveredEntry, EntryContent } from '../../../src/origin/store/entry.ts';
import { ZERO_STAMP } from '../../../src/origin/store/stamp.ts';
import { envelopeText } from '../../../src/origin/window/envelope.ts';

const AT = { tt: '17000000000000000', prev: ZERO_STAMP };
const LOG = { subscribeKey: 'demo', epoch: 1 };

/** The text of an envelope, as a subscriber gets it. */
const textOf = (content: EntryContent) => `${envelopeText({ ...AT, ...content } as DeliveredEntry, LOG)}}`;

const TEXTS = [
  '[1,\n2]',
  '\r\n{"a":\r\n{}}\n',
  '"\\n\\r\\u000a"',
  '[\r\r\n\n1.50e1,\n"ü\u2028😀"]',
  '\n\n1\n',
];

test.each(TEXTS)('an envelope is one line, with the values of the payload and meta %j', (text) => {
  const envelope = textOf({ channel: 'a', kind: 'message', data: { payload: text, meta: text } });
  expect(envelope).not.toMatch(/[\r\n]/);
  expect(JSON.parse(envelope)).toMatchObject({ d: JSON.parse(text), u: JSON.parse(text) });
});

test.each(TEXTS)('an envelope of presence is one line, with the state {"a": %j}', (text) => {
  const data = { action: 'state-change', user: 'u', occupancy: 1, state: `{"a":${text}}` } as const;
  const envelope = textOf({ channel: 'a-pnpres', kind: 'presence', data });
  expect(envelope).not.toMatch(/[\r\n]/);
  expect(JSON.parse(envelope)).toMatchObject({ d: { data: { a: JSON.parse(text) } } });
});

test('line breaks take the room of one space, however many there are', () => {
  const payload = `[${'\r\n'.repeat(100_000)}1]`;
  expect(textOf({ channel: 'a', kind: 'message', data: { payload } })).toContain('"d":[ 1]');
});

test('a payload on one line is delivered as it was sent', () => {
  const payload = '{ "n":\t1.50e1, "n":12345678901234567890 }';
  expect(textOf({ channel: 'a', kind: 'message', data: { payload } })).toContain(`"d":${payload}}`);
});
