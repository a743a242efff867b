import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { namesOf, questions, watching } from '../../../support/occupants-watch.ts';
import { rejection } from '../../../support/unit-client.ts';

/** A network that asks for permissions, and tokens for it. */
function guarded() {
  const network = createTestNetwork({
    keysets: [{ subscribeKey: 'demo', publishKey: 'demo', secretKey: 'sec', access: true }],
  });
  onTestFinished(() => network.close());
  const server = network.client('server', { secretKey: 'sec' });
  const tokenFor = async (...names: string[]) => {
    const channels = Object.fromEntries(names.map((name) => [name, ['read'] as const]));
    return server.grantToken().ttl(60).channels(channels).execute();
  };
  return { network, tokenFor };
}

describe('the wait for a set of occupants', () => {
  it('is over at once when the set is in step, and takes no unknown option', async () => {
    const { network, people } = watching();
    await people.synced();
    await people.synced();
    await people.synced({ signal: AbortSignal.abort() });
    expect(questions(network)).toBe(1);
    // @ts-expect-error no such option
    expect(await rejection(people.synced({ timeout: 5 }))).toMatchObject({ code: 'PN-1003' });
  });

  it('ends with its signal, before the subscription is accepted and after it', async () => {
    const { network, people } = watching();
    expect(await rejection(people.synced({ signal: AbortSignal.abort() }))).toMatchObject({
      code: 'PN-2003',
    });
    network.fail('hereNow', { with: 'hang' });
    await network.idle();
    const controller = new AbortController();
    const given = rejection(people.synced({ signal: controller.signal }));
    await network.idle();
    controller.abort(new Error('enough'));
    expect(await given).toMatchObject({ code: 'PN-2003', message: expect.stringContaining('given up') });
    expect(people.complete).toBe(false);
    const synced = people.synced();
    await network.clock.advance(600_000);
    await synced;
    expect(people.complete).toBe(true);
  });

  it('rejects with the refusal of the subscription, until a token is set', async () => {
    const { network, tokenFor } = guarded();
    const pubnub = network.client('watcher', { logger: {}, token: await tokenFor('lobby') });
    const people = pubnub.occupants('room');
    expect(await rejection(people.synced())).toMatchObject({ code: 'PN-3002', statusCode: 403 });
    expect(await rejection(people.synced())).toMatchObject({ code: 'PN-3002' });
    expect(people).toMatchObject({ size: 0, complete: false });
    pubnub.setToken(await tokenFor('room', 'room-pnpres'));
    await network.settled(people.synced());
    expect(people.complete).toBe(true);
  });

  it('rejects with the refusal of here-now, and asks anew with another token', async () => {
    const { network, tokenFor } = guarded();
    const pubnub = network.client('watcher', { logger: {}, token: await tokenFor('room-pnpres') });
    const people = pubnub.occupants('room');
    expect(await rejection(people.synced())).toMatchObject({
      code: 'PN-3002',
      operation: 'PNHereNowOperation',
    });
    await network.clock.advance(3_600_000);
    expect(await rejection(people.synced())).toMatchObject({ code: 'PN-3002' });
    const asked = questions(network);
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(20);
    pubnub.setToken(await tokenFor('room', 'room-pnpres'));
    const synced = people.synced();
    await network.clock.advance(15_000);
    await synced;
    expect(questions(network)).toBe(asked + 1);
  });

  it('rejects while the client waits for a token that it is refused without, and goes on with it', async () => {
    const { network, pubnub, people, told } = watching();
    await network.join('room', 'ann');
    await people.synced();
    pubnub.setToken('token-of-yesterday');
    await network.clock.advance(10_000);
    network.expireToken();
    await network.idle();
    expect(people.complete).toBe(false);
    expect(await rejection(people.synced())).toMatchObject({ category: 'PNAccessDeniedCategory' });
    expect(namesOf(people)).toEqual(['ann']);
    await network.leave('room', 'ann');
    pubnub.setToken('token-of-today');
    const synced = people.synced();
    await network.clock.advance(30_000);
    await synced;
    expect(told.slice(-2)).toEqual(['leave ann', 'sync ']);
  });

  it('rejects while the subscription is refused alone, and goes on with what came meanwhile', async () => {
    const { network, tokenFor } = guarded();
    const names = ['lobby', 'room', 'room-pnpres'];
    const pubnub = network.client('watcher', { logger: {}, token: await tokenFor(...names) });
    pubnub.subscribe().channels('lobby').execute();
    const people = pubnub.occupants('room');
    const ann = network.client('ann', { token: await tokenFor('room') });
    ann.subscribe().channels('room').execute();
    const begun = people.synced();
    await network.clock.advance(30_000);
    await begun;
    expect(namesOf(people)).toEqual(['ann']);
    pubnub.setToken(await tokenFor('lobby'));
    await network.clock.advance(10_000);
    expect([pubnub.state, people.complete]).toEqual(['connected', false]);
    expect(await rejection(people.synced())).toMatchObject({ code: 'PN-3002', channels: ['room-pnpres'] });
    await network.settled(ann.unsubscribe().channels('room').execute());
    await network.clock.advance(60_000);
    expect(namesOf(people)).toEqual(['ann']);
    pubnub.setToken(await tokenFor(...names));
    const synced = people.synced();
    await network.clock.advance(60_000);
    await synced;
    expect([people.complete, namesOf(people)]).toEqual([true, []]);
  });

  it('hears of a refusal that ends an outage while it waits', async () => {
    const { network, pubnub, people } = watching();
    await people.synced();
    pubnub.setToken('token-of-yesterday');
    await network.clock.advance(1_000);
    network.offline();
    await network.idle();
    const waiting = rejection(people.synced());
    network.expireToken();
    network.online();
    await network.clock.advance(60_000);
    expect(await waiting).toMatchObject({ category: 'PNAccessDeniedCategory' });
  });
});

describe('a client that is stopped or has failed', () => {
  it('keeps the set across disconnect() and reconnect()', async () => {
    const { network, pubnub, people, told } = watching();
    await network.join('room', 'ann');
    await people.synced();
    pubnub.disconnect();
    expect(people.complete).toBe(false);
    expect(namesOf(people)).toEqual(['ann']);
    expect(await rejection(people.synced())).toMatchObject({
      code: 'PN-2003',
      message: expect.stringContaining('reconnect()'),
    });
    await network.join('room', 'bob');
    await network.clock.advance(120_000);
    expect(questions(network)).toBe(1);
    pubnub.reconnect();
    await network.settled(people.synced());
    expect(told.slice(-2)).toEqual(['join bob', 'sync ann,bob']);
    expect(people.complete).toBe(true);
  });

  it('ends a wait that is under way, and a question too', async () => {
    const { network, pubnub, people } = watching();
    network.fail('hereNow', { with: 'hang' });
    await network.idle();
    const waiting = rejection(people.synced());
    await network.idle();
    pubnub.disconnect();
    expect(await waiting).toMatchObject({ code: 'PN-2003' });
    await network.idle();
    expect(network.transcript().filter(({ outcome }) => outcome === 'open')).toEqual([]);
    pubnub.reconnect();
    await network.settled(people.synced());
  });

  it('rejects with the failure of the client, and begins again with reconnect()', async () => {
    const { network, pubnub, people } = watching({}, { reconnectionPolicy: 'NONE' });
    await network.join('room', 'ann');
    await people.synced();
    for (const user of ['bob', 'eve']) {
      network.offline();
      await network.idle();
      expect(pubnub.state).toBe('failed');
      expect(people.complete).toBe(false);
      const error = await rejection(people.synced());
      expect(error).toMatchObject({ category: 'PNNetworkIssuesCategory' });
      network.online();
      await network.join('room', user);
      pubnub.reconnect();
      await network.settled(people.synced());
      expect(people.get(user)).toEqual({ uuid: user });
    }
    await people.close();
    expect(await rejection(people.synced())).toMatchObject({ code: 'PN-2003' });
  });

  it('fails the waits that are under way', async () => {
    const { network, pubnub, people } = watching({}, { reconnectionPolicy: 'NONE' });
    network.fail('hereNow', { with: 'hang' });
    const waiting = rejection(people.synced());
    await network.idle();
    network.offline();
    expect(await waiting).toMatchObject({ category: 'PNNetworkIssuesCategory' });
    expect(pubnub.state).toBe('failed');
  });
});
