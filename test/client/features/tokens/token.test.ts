import { encode } from 'cborg';
import fc from 'fast-check';
import { PubNub, PubNubError, parseToken } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { tokenWith } from '../../../support/access-tokens.ts';

const NONE = {
  read: false,
  write: false,
  manage: false,
  delete: false,
  get: false,
  update: false,
  join: false,
};

const READS =
  'p0F2AkF0GmEK-4NDdHRsGDxDcmVzpURjaGFuoWhjaGFubmVsMQFDZ3JwoWZncm91cDEBQ3VzcqBDc3BjoER1dWlkoWV1c2VyMQFDcGF0pURjaGFuoWIuKgFDZ3JwoWIuKgFDdXNyoENzcGOgRHV1aWShYi4qAURtZXRhoENzaWdYII5bQpWLi6Z-l5jbShWxZ7QL6o8Dz6_vxluhxrMGzQCN';
const FOR_A_USER =
  'qEF2AkF0GmgvH7BDdHRsGDxDcmVzpURjaGFuoWZzcGFjZTEDQ2dycKFmZ3JvdXAxBUNzcGOhZnNwYWNlMQNDdXNyoWV1c2VyMRhgRHV1aWShZXVzZXIxGGBDcGF0pURjaGFuoENncnCgQ3NwY6BDdXNyoER1dWlkoERtZXRhoER1dWlkaXRlc3RfdXNlckNzaWdYIF1550Kt5Czss5WshrUO2affV3DP3h_9zPcDZxnb5lv3';

describe('parseToken()', () => {
  it('reads permissions by name and by pattern', () => {
    const reads = { ...NONE, read: true };
    expect(parseToken(READS)).toEqual({
      version: 2,
      timestamp: 1_628_109_699,
      ttl: 60,
      signature: expect.any(Uint8Array),
      resources: { channels: { channel1: reads }, groups: { group1: reads }, uuids: { user1: reads } },
      patterns: { channels: { '.*': reads }, groups: { '.*': reads }, uuids: { '.*': reads } },
    });
  });

  it('reads who may use it, and leaves out what it does not say', () => {
    expect(parseToken(FOR_A_USER)).toEqual({
      version: 2,
      timestamp: 1_747_918_768,
      ttl: 60,
      authorized_uuid: 'test_user',
      signature: expect.any(Uint8Array),
      resources: {
        channels: { space1: { ...NONE, read: true, write: true } },
        groups: { group1: { ...NONE, read: true, manage: true } },
        uuids: { user1: { ...NONE, get: true, update: true } },
      },
    });
  });

  it('knows all seven permissions', () => {
    const { resources } = parseToken(tokenWith({ res: { chan: { a: 239 } } }));
    expect(Object.values(resources?.channels?.['a'] ?? {})).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  it('takes padding, the standard alphabet, and a very old token without users', () => {
    const token = tokenWith({ res: { chan: { 'a?>~~': 1 }, grp: {} }, meta: { who: '???>>>~~~' } });
    const standard = Buffer.from(token, 'base64url').toString('base64');
    expect(parseToken(standard)).toEqual(parseToken(token));
    expect(parseToken(token)).toMatchObject({ meta: { who: '???>>>~~~' } });
  });

  it('keeps names that objects have by themselves', () => {
    const chan = new Map([
      ['__proto__', 1],
      ['toString', 2],
    ]);
    const { resources } = parseToken(tokenWith({ res: { chan } }));
    expect(Object.keys(resources?.channels ?? {}).sort()).toEqual(['__proto__', 'toString']);
    expect(resources?.channels?.['hasOwnProperty']).toBe(undefined);
  });

  it.each([
    'bad-token',
    '',
    '.',
    'p0F2',
    READS.slice(0, -1),
    `${READS}AAAA`,
    tokenWith({ t: 'now' }),
    tokenWith({ res: 1 }),
    tokenWith({ pat: null }),
    tokenWith({ sig: 'x' }),
    tokenWith({ res: { chan: { a: { b: 1 } } } }),
    Buffer.from(encode([1])).toString('base64url'),
    'A'.repeat(100_000),
    null,
    undefined,
    7,
  ])('refuses %j, without repeating it', (token) => {
    expect(() => parseToken(token as string)).toThrow(PubNubError);
    expect(() => parseToken(token as string)).toThrow(
      /^parseToken: this is no access token\. .*\(PN-1002\)$/,
    );
  });

  it('is a plain method of the client, too', async () => {
    await using pubnub = new PubNub({ subscribeKey: 'demo', userId: 'alice' });
    expect(pubnub.parseToken(READS)).toEqual(parseToken(READS));
  });

  it('ends on any text, with a token or its one error', () => {
    const cut = fc.tuple(fc.nat(READS.length), fc.nat(255)).map(([at, byte]) => {
      const bytes = Buffer.from(READS, 'base64url');
      bytes[at % bytes.length] = byte;
      return bytes.toString('base64url');
    });
    fc.assert(
      fc.property(fc.oneof(cut, fc.string(), fc.base64String()), (text) => {
        try {
          expect(parseToken(text).version).toEqual(expect.any(Number));
        } catch (error) {
          expect(error).toMatchObject({ code: 'PN-1002' });
        }
      }),
      { numRuns: 500 },
    );
  });
});
