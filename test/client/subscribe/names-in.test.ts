import { describe, expect, test } from 'vitest';
import { LiveSubscription } from '../../../src/client/subscribe/live-subscription.ts';
import { namesIn, namesToDrop, stateText } from '../../../src/client/subscribe/names-in.ts';
import { names, short, tt } from '../../support/loop-machine.ts';

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
    expect(short(namesIn(given).mix)).toBe(expected);
  });

  test.each([
    [{}, undefined],
    [{ withTimetoken: tt(5) }, { timetoken: tt(5), region: undefined }],
    [{ withCursor: `4:${tt(5)}` }, { timetoken: tt(5), region: 4 }],
    [{ withCursor: `:${tt(5)}` }, { timetoken: tt(5), region: undefined }],
    [
      { withCursor: `4:${tt(5)}`, withTimetoken: tt(6) },
      { timetoken: tt(5), region: 4 },
    ],
  ])('and where it starts: %j', (given, expected) => {
    expect(namesIn({ channels: ['a'], ...given }).start).toEqual(expected);
  });
});

test('what is dropped goes with its presence, by either name', () => {
  for (const name of ['a', 'a-pnpres'])
    expect(short(namesToDrop({ channels: [name], channelGroups: ['g'] }))).toBe('a a-pnpres @g @g-pnpres');
});

test('state is told for the channels that are asked for and still wanted, the last given wins', () => {
  const host = { remove: () => {}, relieved: () => {}, failed: () => {} };
  const one = new LiveSubscription(host, { mix: names('a b'), state: { n: 1 } });
  const two = new LiveSubscription(host, { mix: names('b c'), state: { n: 2 } });
  const none = new LiveSubscription(host, { mix: names('d') });
  expect(JSON.parse(stateText([one, two, none], names('a b d')) ?? '')).toEqual({ a: { n: 1 }, b: { n: 2 } });
  expect(stateText([one, none], names('d'))).toBe(undefined);
});
