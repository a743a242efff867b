import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNames, encodeSegment, PathPart, path } from '../../../src/client/request/path.ts';
import { nameProblem } from '../../../src/protocol/names.ts';
import { hangs, lineOf, rejection, SENT, scriptedClient } from '../../support/unit-client.ts';

/** Text made of what goes wrong in addresses. */
const awkward = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '/',
        '?',
        '#',
        '%',
        ',',
        '.',
        '..',
        "'",
        '"',
        '*',
        '~',
        '!',
        '(',
        ')',
        ' ',
        '+',
        '&',
        '=',
        ':',
        ';',
      ),
      fc.constantFrom(
        '@',
        '|',
        '\\',
        '%2e',
        '%2F',
        '%',
        '😀',
        '👩‍👩‍👧',
        'é',
        'e\u0301',
        '\u200f',
        '漢',
        '<',
        '>',
        '{',
        '`',
        '$1',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));
const name = awkward.filter((text) => nameProblem(text) === undefined);

/** As a server reads a path: split where a slash is, then decoded. The URL parser has had its way with it before. */
function segmentsOf(address: string): readonly string[] {
  return new URL(address).pathname.split('/').slice(1).map(decodeURIComponent);
}

describe('a channel name in an address', () => {
  it('arrives as it is, whatever it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(name, fc.jsonValue(), async (channel, message) => {
        const { pubnub, requests } = scriptedClient([SENT]);
        await pubnub.publish({ channel, message: message as string }).execute();
        const [request] = requests;
        const segments = segmentsOf(request?.url ?? '');
        expect(segments).toEqual(['publish', 'demo', 'demo', '0', channel, '0', JSON.stringify(message)]);
        expect(new Request(request?.url ?? '').url).toBe(request?.url);
      }),
      { numRuns: 300 },
    );
  });

  it('arrives in lists of names as well, and in queries', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        const list = encodeNames(names).encoded;
        expect(list).not.toMatch(/[/?#]/);
        expect(list.split(',').map(decodeURIComponent)).toEqual(names);
        const query = new URL(`http://h/?q=${encodeSegment(names.join(','))}&end=1`).searchParams;
        expect([query.get('q'), query.get('end')]).toEqual([names.join(','), '1']);
      }),
    );
  });

  it.each([
    '.',
    '..',
    '',
    'a,b',
    'a\u0000',
    'a\nb',
    'a\u007f',
    '\ud800',
    'x\udc00y',
    'x'.repeat(93),
    7,
    null,
    {},
  ])('is refused before anything is sent: %j', async (channel) => {
    const { pubnub, requests } = scriptedClient();
    const error = await rejection(pubnub.publish({ channel: channel as string, message: 1 }).execute());
    expect(error).toMatchObject({
      code: channel === undefined ? 'PN-1001' : 'PN-1002',
      operation: 'PNPublishOperation',
    });
    expect(requests).toHaveLength(0);
  });

  it.each(['...', '.a', 'a.', 'a..b', '%2e', '%2E%2E', ' ', '0', '-', '😀'.repeat(92)])(
    'is sent: %j',
    async (channel) => {
      const { pubnub, requests } = scriptedClient();
      await pubnub.publish({ channel, message: 1 }).execute();
      expect(segmentsOf(requests[0]?.url ?? '')[4]).toBe(channel);
    },
  );
});

describe('encodeSegment()', () => {
  it.each([
    ["a b!'()*~/,#", 'a%20b%21%27%28%29%2A%7E%2F%2C%23'],
    ['my-ch- |.* $', 'my-ch-%20%7C.%2A%20%24'],
    ['testChannel#1', 'testChannel%231'],
    ['plain_A-Z.09', 'plain_A-Z.09'],
    ['', ''],
  ])('%j is %j', (text, encoded) => {
    expect(encodeSegment(text)).toBe(encoded);
  });

  it('leaves nothing bare but letters, digits and _ . -', () => {
    fc.assert(
      fc.property(awkward, (text) => {
        expect(encodeSegment(text)).toMatch(/^([\w.-]|%[\dA-F]{2})*$/);
        expect(decodeURIComponent(encodeSegment(text))).toBe(text);
      }),
    );
  });
});

describe('path', () => {
  it('puts one segment into each hole', () => {
    expect(path`/v2/${'a/b'}/x/${new PathPart('c,d')}`).toBe('/v2/a%2Fb/x/c,d');
  });

  it.each(['', '.', '..'])('throws where a segment would lead elsewhere: %j', (segment) => {
    expect(() => path`/v2/${segment}/x`).toThrow(RangeError);
    expect(() => path`/v2/${new PathPart(segment)}/x`).toThrow(RangeError);
  });

  it('writes no names as a lone comma', async () => {
    expect(encodeNames([]).encoded).toBe(',');
    const { pubnub, requests, clock, close } = scriptedClient([
      { body: '{"t":{"t":"1","r":1},"m":[]}' },
      hangs,
    ]);
    pubnub.subscribe().channelGroups('a b', 'c').execute();
    await clock.advance(0);
    expect(lineOf(requests[0])).toMatchObject({
      path: '/v2/subscribe/demo/,/0',
      query: { 'channel-group': 'a%20b%2Cc' },
    });
    await close();
  });
});
