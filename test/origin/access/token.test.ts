import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../../src/origin/access/base64.ts';
import { Secret } from '../../../src/origin/access/secret.ts';
import {
  decodeToken,
  encodeToken,
  expiryOf,
  looksLikeToken,
  readToken,
  signToken,
  type Token,
} from '../../../src/origin/access/token.ts';

// Minted by PubNub's service.
const OF_ANYBODY =
  'p0F2AkF0GmEK-4NDdHRsGDxDcmVzpURjaGFuoWhjaGFubmVsMQFDZ3JwoWZncm91cDEBQ3VzcqBDc3BjoER1dWlkoWV1c2VyMQFDcGF0pURjaGFuoWIuKgFDZ3JwoWIuKgFDdXNyoENzcGOgRHV1aWShYi4qAURtZXRhoENzaWdYII5bQpWLi6Z-l5jbShWxZ7QL6o8Dz6_vxluhxrMGzQCN';
const OF_A_USER =
  'qEF2AkF0GmgvH7BDdHRsGDxDcmVzpURjaGFuoWZzcGFjZTEDQ2dycKFmZ3JvdXAxBUNzcGOhZnNwYWNlMQNDdXNyoWV1c2VyMRhgRHV1aWShZXVzZXIxGGBDcGF0pURjaGFuoENncnCgQ3NwY6BDdXNyoER1dWlkoERtZXRhoER1dWlkaXRlc3RfdXNlckNzaWdYIF1550Kt5Czss5WshrUO2affV3DP3h_9zPcDZxnb5lv3';

function bytesOf(text: string) {
  const bytes = fromBase64(text);
  if (!bytes) throw new Error('It is no Base64.');
  return bytes;
}

function maps(permissions: Token['resources']) {
  return Object.fromEntries(Array.from(permissions, ([kind, names]) => [kind, Object.fromEntries(names)]));
}

describe('recorded tokens', () => {
  test('of anybody are read', () => {
    const token = decodeToken(bytesOf(OF_ANYBODY));
    expect(token).toMatchObject({ version: 2, issued: 1_628_109_699, ttlMinutes: 60 });
    expect(token.user).toBeUndefined();
    expect(maps(token.resources)).toEqual({
      chan: { channel1: 1 },
      grp: { group1: 1 },
      usr: {},
      spc: {},
      uuid: { user1: 1 },
    });
    expect(maps(token.patterns)).toMatchObject({ chan: { '.*': 1 }, grp: { '.*': 1 }, uuid: { '.*': 1 } });
  });

  test('of one user are read', () => {
    const token = decodeToken(bytesOf(OF_A_USER));
    expect(token).toMatchObject({ version: 2, issued: 1_747_918_768, ttlMinutes: 60, user: 'test_user' });
    expect(maps(token.resources)).toMatchObject({
      chan: { space1: 3 },
      grp: { group1: 5 },
      uuid: { user1: 96 },
    });
  });

  test.each([OF_ANYBODY, OF_A_USER])('are written again byte by byte', (text) => {
    const bytes = bytesOf(text);
    expect(toBase64(encodeToken(decodeToken(bytes), bytes.slice(-32)))).toBe(text);
    expect(looksLikeToken(text)).toBe(true);
  });

  test('end after their minutes', () => {
    expect(expiryOf(decodeToken(bytesOf(OF_ANYBODY)))).toBe((1_628_109_699 + 3_600) * 1000);
  });
});

const names = fc.dictionary(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.nat({ max: 255 }),
);
const permissions = fc
  .record({ chan: names, grp: names, usr: names, spc: names, uuid: names })
  .map(
    (kinds) => new Map(Object.entries(kinds).map(([kind, bits]) => [kind, new Map(Object.entries(bits))])),
  );
const tokens: fc.Arbitrary<Token> = fc.record(
  {
    version: fc.constant(2),
    issued: fc.integer({ min: 1_600_000_000, max: 4_000_000_000 }),
    ttlMinutes: fc.integer({ min: 1, max: 43_200 }),
    resources: permissions,
    patterns: permissions,
    meta: fc.constant(new Map()),
    user: fc.string({ minLength: 1 }),
  },
  { requiredKeys: ['version', 'issued', 'ttlMinutes', 'resources', 'patterns', 'meta'] },
);

test('what is signed is read again, whoever it is for', async () => {
  const secret = new Secret('one');
  await fc.assert(
    fc.asyncProperty(tokens, async (token) => {
      const text = await signToken(token, secret);
      expect(text).toMatch(token.user === undefined ? /^p0F2AkF0/ : /^qEF2AkF0/);
      expect((await readToken(text, [new Secret('other'), secret]))?.token).toEqual(token);
      expect(await readToken(text, [new Secret('other')])).toBeUndefined();
    }),
    { numRuns: 50 },
  );
});

test('no other bytes are taken for a signed token', async () => {
  const secret = new Secret('one');
  const text = await signToken(decodeToken(bytesOf(OF_A_USER)), secret);
  const bytes = bytesOf(text);
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: bytes.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, change) => {
        const changed = bytes.map((byte, index) => (index === at ? byte ^ change : byte));
        expect(await readToken(toBase64(changed), [secret])).toBeUndefined();
      },
    ),
    { numRuns: 100 },
  );
  expect(await readToken(toBase64(bytes.slice(0, -1)), [secret])).toBeUndefined();
  expect(await readToken('qEF2', [secret])).toBeUndefined();
});

test('all spellings of one token have one id', async () => {
  const secret = new Secret('one');
  const text = await signToken(decodeToken(bytesOf(OF_A_USER)), secret);
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, '=');
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  // The last character holds bits that are of no byte.
  const respelled = [...last].map((character) => text.slice(0, -1) + character);
  const ids = await Promise.all(
    [text, padded, ...respelled].map(async (one) => (await readToken(one, [secret]))?.id),
  );
  expect(ids[1]).toBe(ids[0]);
  expect(new Set(ids.filter((id) => id !== undefined)).size).toBe(1);
});

test.each(['', 'bad-token', 'p0F', 'my-key', 'P0F2AkF0'])('%j is no token', (text) => {
  expect(looksLikeToken(text)).toBe(false);
});

test.each(['', 'a', 'a=b', 'a b', 'abcde', 'ab+/', '===', 'ab==='])('%j is no Base64', (text) => {
  expect(fromBase64(text)).toBeUndefined();
});

test('a secret shows in no text of it', () => {
  const secret = new Secret('hush-hush');
  expect(`${JSON.stringify(secret)}${String(secret)}`).not.toContain('hush');
});
