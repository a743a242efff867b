import { describe, expect, test } from 'vitest';
import { namesToDrop, wishOf } from '../../../src/client/subscribe/subscribe-options.ts';
import { timetokenFromDate } from '../../../src/protocol/timetoken.ts';
import { short, tt } from '../../support/loop-machine.ts';

const WHEN = new Date(1_700_000_000_000);
const NONE = { recovery: 'none' } as const;

describe('the names of a subscribe() builder', () => {
  test.each([
    [{ channels: ['b', 'a', 'b'] }, 'a b'],
    [{ channels: ['a'], channelGroups: ['g'] }, 'a @g'],
    [
      { channels: ['a', 'n.*'], channelGroups: ['g'], withPresence: true },
      'a a-pnpres n.* n.*-pnpres @g @g-pnpres',
    ],
    [{ channels: ['a-pnpres'], withPresence: true }, 'a-pnpres'],
    [{ channels: ['a', 'a-pnpres'] }, 'a a-pnpres'],
  ])('%j are %s', (given, expected) => {
    expect(short(wishOf(given, NONE).names)).toBe(expected);
  });

  test.each([
    [{}, undefined],
    [{ withTimetoken: tt(5) }, { timetoken: tt(5), region: undefined }],
    [{ withTimetoken: '0' }, { timetoken: '1', region: undefined }],
    [{ withTimetoken: '0'.repeat(17) }, { timetoken: '1', region: undefined }],
    [{ withTimetoken: new Date(0) }, { timetoken: '1', region: undefined }],
    [{ withLast: 5 }, undefined],
    [{ withCursor: `4:${tt(5)}` }, { timetoken: tt(5), region: 4 }],
    [{ withCursor: `:${tt(5)}` }, { timetoken: tt(5), region: undefined }],
    [
      { withCursor: `4:${tt(5)}`, withTimetoken: tt(6) },
      { timetoken: tt(5), region: 4 },
    ],
  ])('and where it starts: %j', (given, expected) => {
    expect(wishOf({ channels: ['a'], ...given }, NONE).start).toEqual(expected);
  });
});

test.each([
  ['a number', BigInt(tt(5)), tt(5)],
  ['a date', WHEN, timetokenFromDate(WHEN)],
])('a start may be %s', (_, withTimetoken, timetoken) => {
  expect(wishOf({ channels: ['a'], withTimetoken }, NONE).start).toEqual({ timetoken, region: undefined });
});

describe('what history may bring back', () => {
  test.each([
    ['nothing, unless it is said', {}, 'none', { start: false, gaps: false }],
    ['what the client says', {}, 'history', { start: true, gaps: true }],
    [
      'what the subscription says, whatever the client does',
      { recovery: 'none' },
      'history',
      { start: false, gaps: false },
    ],
    [
      'what the subscription says, of a client that says nothing',
      { recovery: 'history' },
      'none',
      { start: true, gaps: true },
    ],
    ['the start, if that is a date', { withTimetoken: WHEN }, 'none', { start: true, gaps: false }],
    [
      'not the start, if that is a timetoken',
      { withTimetoken: tt(5) },
      'none',
      { start: false, gaps: false },
    ],
  ] as const)('is %s', (_, given, recovery, expected) => {
    expect(wishOf({ channels: ['a'], ...given }, { recovery }).recovers).toEqual(expected);
  });

  test('is the newest so many messages, where that is asked for', () => {
    expect(wishOf({ channels: ['a'], withLast: 3 }, NONE).last).toBe(3);
    expect(wishOf({ channels: ['a'] }, NONE).last).toBe(undefined);
  });
});

test('what is dropped goes with its presence, by either name', () => {
  for (const name of ['a', 'a-pnpres'])
    expect(short(namesToDrop({ channels: [name], channelGroups: ['g'] }))).toBe('a a-pnpres @g @g-pnpres');
});
