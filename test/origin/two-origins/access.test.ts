import { describe, expect, test, vi } from 'vitest';
import { BITS } from '../../support/access.ts';
import { isPending } from '../../support/origin-network.ts';
import { twoOrigins } from '../../support/two-origins.ts';

const POLL = '/v2/subscribe/demo/room/0';

describe('at another origin than the one that was asked for it', () => {
  test('a grant is in force with the very next request, and no more when it is taken back or has expired', async () => {
    const { a, b, clock } = twoOrigins({ access: true });
    const status = async () => (await a.sendAs('key', POLL)).status;
    const grant = (query: string) => b.sendSigned(`/v2/auth/grant/sub-key/demo?${query}`);
    for (const query of ['auth=key&channel=room&r=1&ttl=1', 'r=1']) {
      expect(await status()).toBe(403);
      expect((await grant(query)).status).toBe(200);
      expect(await status()).toBe(200);
      expect((await grant(query.replace('r=1', 'r=0'))).status).toBe(200);
      expect(await status()).toBe(403);
    }
    await grant('auth=key&channel=room&r=1&ttl=1');
    expect(await status()).toBe(200);
    clock.jump(59_999);
    expect(await status()).toBe(200);
    clock.jump(1);
    expect(await status()).toBe(403);
  });

  test('a token that is revoked is refused with the very next request; a held poll stays open', async () => {
    const { a, b, clock } = twoOrigins({ access: true });
    const auth = await b.token({ ttl: 60, resources: { channels: { room: BITS.read } } });
    const other = await b.token({ ttl: 61, resources: { channels: { room: BITS.read } } });
    const handshake = await a.sendAs(auth, POLL);
    const { t } = handshake.json as { t: { t: string } };
    const before = clock.pending;
    const held = a.sendAs(auth, `${POLL}?tt=${t.t}`);
    await vi.waitUntil(() => clock.pending > before);
    expect((await b.revoke(auth)).status).toBe(200);
    expect((await a.sendAs(auth, POLL)).text).toContain('Token is revoked');
    expect((await a.sendAs(other, POLL)).status).toBe(200);
    expect(await isPending(held)).toBe(true);
    await b.sendSigned('/publish/demo/demo/0/room/0/1');
    expect((await held).status).toBe(200);
  });

  test('a revoked token is still refused where the clock is behind', async () => {
    const { a, b, clock } = twoOrigins({ access: true });
    const auth = await b.token({ ttl: 1, resources: { channels: { room: BITS.read } } });
    await b.revoke(auth);
    // Room is needed for others when it has expired already on the clock of the store.
    clock.jump(60_000);
    await b.revoke(await b.token({ ttl: 1, resources: { channels: { room: BITS.read } } }));
    clock.jump(-5_000);
    expect((await a.sendAs(auth, POLL)).text).toContain('Token is revoked');
  });
});
