import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../scripts/docs-operations.ts';
import { scriptedClient } from '../../support/unit-client.ts';

/** A builder in all the ways in which it becomes text. */
function textsOf(builder: object): ReadonlySet<string> {
  const nested = inspect({ builder }).replace(/^\{\s+builder: (.*?)\s+\}$/s, '$1');
  return new Set([inspect(builder), nested, String(builder), `${builder}`]);
}

describe('a builder that is printed', () => {
  const { pubnub } = scriptedClient();

  it.each([
    [pubnub.publish().channel('room').message('x'), 'publish to "room", not sent: call .execute()'],
    [
      pubnub.subscribe().channels('a', 'b').channelGroups('g'),
      'subscribe to "a", "b", "g", not sent: call .execute()',
    ],
    [
      pubnub.subscribe({ channels: ['a', 'b', 'c', 'd', 'e'] }),
      'subscribe to "a", "b", "c" and 2 more, not sent: call .execute()',
    ],
    [pubnub.history().channel('room'), 'history for "room", not sent: call .execute()'],
    [pubnub.time(), 'time, not sent: call .execute()'],
    [pubnub.publish().channel('room'), 'publish to "room", not sent: message missing'],
    [
      pubnub.publish({ channel: 'a,b' }),
      'publish, not sent: channel must not contain a comma: it separates names',
    ],
  ])('says that nothing was sent: %#', (builder, text) => {
    expect(textsOf(builder)).toEqual(new Set([text]));
  });

  it.each(Object.keys(OPERATIONS))('tells its call: %s', (name) => {
    const start: unknown = Reflect.get(pubnub, name);
    if (typeof start !== 'function') throw new Error(`${name} is no call`);
    expect(String(start.call(pubnub))).toMatch(new RegExp(`^${name}, not sent: `));
  });

  it('shows no message, token or key', () => {
    const secrets = [
      pubnub.publish({ channel: 'a', message: 'private' }),
      pubnub.revokeToken({ token: 'private' }),
      pubnub.sendFile({ channel: 'a', file: 'private', fileName: 'private', cipherKey: 'private' }),
      pubnub.grant().authKeys('private'),
    ];
    for (const builder of secrets) expect([...textsOf(builder)].join()).not.toContain('private');
  });
});
