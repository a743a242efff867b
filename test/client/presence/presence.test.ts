import { describe, expect, test } from 'vitest';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { settle } from '../../support/virtual-clock.ts';

const BEATS = { presenceTimeout: 20, heartbeatInterval: 9 } as const;
const OK = { status: 200, message: 'OK', service: 'Presence' };

function kinds(fed: HandFedClient): readonly string[] {
  return fed.requests.map(({ facts }) => facts.kind);
}

describe('heartbeats', () => {
  test('go out at the interval, one at a time, for channels and groups but no presence names', async () => {
    await using fed = new HandFedClient(BEATS, { byHand: ['heartbeat'] });
    fed.client.subscribe().channels('a').channelGroups('g').withPresence().execute();
    await (await fed.next('handshake')).answer(10);
    expect(fed.open('heartbeat')).toEqual([]);
    await fed.clock.advance(9_000);
    const beat = await fed.next('heartbeat');
    expect(beat.facts).toMatchObject({ channels: ['a'], groups: ['g'], heartbeat: '20' });
    await fed.clock.advance(14_000);
    expect(fed.open('heartbeat')).toHaveLength(1);
    await beat.respond(200, OK);
    await fed.clock.advance(9_000);
    expect(fed.open('heartbeat')).toHaveLength(1);
  });

  test('are silent without an interval, and by default', async () => {
    for (const options of [{}, { presenceTimeout: 20, heartbeatInterval: 0 }]) {
      await using fed = new HandFedClient(options);
      await fed.subscribed('a', 10);
      await fed.clock.advance(280_000);
      expect(kinds(fed)).not.toContain('heartbeat');
    }
  });

  test('carry the state that was given for channels which are still wanted', async () => {
    await using fed = new HandFedClient(BEATS, { byHand: ['heartbeat'] });
    fed.client.subscribe().channels(['a', 'b']).withState({ mood: 'calm' }).execute();
    await (await fed.next('handshake')).answer(10);
    await fed.client.unsubscribe().channels('b').execute();
    await fed.clock.advance(9_000);
    expect(JSON.parse((await fed.next('heartbeat')).facts.state ?? '')).toEqual({ a: { mood: 'calm' } });
  });

  test('that fail are announced and go on; those that succeed only where the program wants it', async () => {
    await using fed = new HandFedClient(
      { ...BEATS, announceSuccessfulHeartbeats: true },
      { byHand: ['heartbeat'] },
    );
    await fed.subscribed('a', 10);
    await fed.clock.advance(9_000);
    await (await fed.next('heartbeat')).respond(403, { error: 1, status: 403, service: 'Access Manager' });
    expect(fed.statuses.at(-1)).toMatchObject({
      operation: 'PNHeartbeatOperation',
      isError: true,
      statusCode: 403,
      affectedChannels: ['a'],
    });
    expect(fed.client.state).toBe('connected');
    await fed.clock.advance(9_000);
    await (await fed.next('heartbeat')).respond(200, OK);
    expect(fed.statuses.at(-1)).toMatchObject({ category: 'PNAcknowledgmentCategory', isError: false });
  });

  test('of a name that is left while one is under way do not bring the user back', async () => {
    await using fed = new HandFedClient(BEATS, { byHand: ['heartbeat'] });
    await fed.subscribed(['a', 'b'], 10);
    await fed.clock.advance(9_000);
    const beat = await fed.next('heartbeat');
    await fed.client.unsubscribe().channels('b').execute();
    expect(beat.signal.aborted).toBe(true);
    await fed.clock.advance(9_000);
    expect((await fed.next('heartbeat')).facts.channels).toEqual(['a']);
  });

  test('stop with the loop, and begin again with it', async () => {
    await using fed = new HandFedClient(BEATS);
    await fed.subscribed('a', 10);
    fed.client.disconnect();
    await fed.clock.advance(60_000);
    expect(kinds(fed)).not.toContain('heartbeat');
    fed.client.reconnect();
    await (await fed.next('handshake')).answer(20);
    await fed.clock.advance(9_000);
    expect(kinds(fed)).toContain('heartbeat');
  });
});

describe('a leave', () => {
  test('names what was dropped, without presence names, and nothing that others still want', async () => {
    await using fed = new HandFedClient({}, { byHand: ['leave'] });
    const first = await fed.subscribed(['a', 'b'], 10, { presence: true });
    await fed.subscribed('b', 20);
    first.unsubscribe();
    expect((await fed.next('leave')).facts.channels).toEqual(['a']);
    expect((await fed.next('poll')).facts.channels).toEqual(['b']);
  });

  test('in flight is awaited before a handshake that names the same channel', async () => {
    await using fed = new HandFedClient({}, { byHand: ['leave'] });
    await fed.subscribed(['a', 'b'], 10);
    await fed.client.unsubscribe().channels('a').execute();
    const leave = await fed.next('leave');
    fed.client.subscribe().channels('a').execute();
    await settle();
    expect(fed.open().map(({ facts }) => facts.kind)).toEqual(['poll', 'leave']);
    // Who is subscribed already receives meanwhile.
    expect((await fed.next('poll')).facts.channels).toEqual(['b']);
    await leave.respond(200, OK);
    expect((await fed.next('handshake')).facts.channels).toEqual(['a', 'b']);
  });

  test.each([
    ['is never answered', async () => {}],
    [
      'fails again and again',
      async (fed: HandFedClient) => {
        for (const leave of fed.open('leave')) await leave.respond(503);
      },
    ],
  ])('that %s holds the handshake up for two seconds at the most', async (_, act) => {
    await using fed = new HandFedClient({}, { byHand: ['leave'] });
    await fed.subscribed(['a', 'b'], 10);
    await fed.client.unsubscribe().channels('a').execute();
    await fed.next('leave');
    fed.client.subscribe().channels('a').execute();
    for (let step = 0; step < 20; step++) {
      await act(fed);
      expect(fed.open('handshake')).toEqual([]);
      await fed.clock.advance(step < 19 ? 100 : 101);
    }
    await fed.next('handshake');
    // Sent later, it would end what the handshake has begun.
    expect(fed.open('leave')).toEqual([]);
    await fed.clock.advance(60_000);
    expect(fed.open('leave')).toEqual([]);
  });

  test('in flight keeps its channel out of heartbeats, and the others in them', async () => {
    await using fed = new HandFedClient(BEATS, { byHand: ['leave', 'heartbeat'] });
    await fed.subscribed(['a', 'b'], 10);
    await fed.clock.advance(8_500);
    await fed.client.unsubscribe().channels('a').execute();
    fed.client.subscribe().channels('a').execute();
    const leave = await fed.next('leave');
    await fed.clock.advance(500);
    const beat = await fed.next('heartbeat');
    expect(beat.facts.channels).toEqual(['b']);
    await beat.respond(200, OK);
    await leave.respond(200, OK);
    await (await fed.next('handshake')).answer(20);
    await fed.clock.advance(9_000);
    expect((await fed.next('heartbeat')).facts.channels).toEqual(['a', 'b']);
  });

  test('of many changes in one turn is one, and names only who is gone at its end', async () => {
    await using fed = new HandFedClient({}, { byHand: ['leave'] });
    await fed.subscribed(['a', 'b', 'c'], 10);
    for (let count = 0; count < 100; count++) {
      fed.client.disconnect();
      fed.client.reconnect();
    }
    await settle();
    // It has been away for too often to come back at once: so it is gone meanwhile, and the server hears it once.
    await (await fed.next('leave')).respond(200, OK);
    await (await fed.retried()).answer(20);
    for (let count = 0; count < 3; count++) {
      fed.client.disconnect();
      fed.client.reconnect();
    }
    fed.client.disconnect();
    await settle();
    expect(fed.open('leave').map(({ facts }) => facts.channels)).toEqual([['a', 'b', 'c']]);
  });

  test.each(['disconnect', 'unsubscribe'] as const)(
    'is sent for each time that the user was there, however often the program changes its mind: %s',
    async (how) => {
      await using fed = new HandFedClient();
      await fed.subscribed('a', 10);
      const count = (kind: string) => fed.requests.filter(({ facts }) => facts.kind === kind).length;
      for (let turn = 0; turn < 300; turn++) {
        if (how === 'disconnect') fed.client.disconnect();
        else void fed.client.unsubscribeAll();
        await settle(1);
        if (how === 'disconnect') fed.client.reconnect();
        else fed.client.subscribe().channels('a').execute();
        await settle(1);
      }
      expect(count('handshake')).toBeLessThan(40);
      expect(count('leave')).toBeLessThanOrEqual(count('handshake'));
      fed.client.disconnect();
      await settle();
      expect(count('leave')).toBe(count('handshake'));
    },
  );

  test('holds nothing up that names other channels', async () => {
    await using fed = new HandFedClient({}, { byHand: ['leave'] });
    await fed.subscribed(['a', 'b'], 10);
    await fed.client.unsubscribe().channels('a').execute();
    await fed.next('leave');
    fed.client.subscribe().channels('c').execute();
    expect((await fed.next('handshake')).facts.channels).toEqual(['b', 'c']);
  });

  test('a handshake that waits for one can be cancelled', async () => {
    await using fed = new HandFedClient({}, { byHand: ['leave'] });
    await fed.subscribed(['a', 'b'], 10);
    await fed.client.unsubscribe().channels('a').execute();
    const leave = await fed.next('leave');
    fed.client.subscribe().channels('a').execute();
    await settle();
    fed.client.disconnect();
    await leave.respond(200, OK);
    await settle();
    expect(fed.open('handshake')).toEqual([]);
  });

  test('is not sent for what the server never heard of, nor where the program wants none', async () => {
    await using fed = new HandFedClient({ suppressLeaveEvents: true });
    (await fed.subscribed('a', 10)).unsubscribe();
    await settle();
    expect(kinds(fed)).toEqual(['handshake', 'poll']);
    await using quick = new HandFedClient();
    quick.client.subscribe().channels('a').execute().unsubscribe();
    await settle();
    expect(kinds(quick)).toEqual([]);
  });

  test('is sent by close() before it resolves, which waits 200 ms for it at the most', async () => {
    const fed = new HandFedClient({}, { byHand: ['leave'] });
    await fed.subscribed('a', 10);
    let closed = false;
    const closing = fed.client.close().then(() => {
      closed = true;
    });
    await fed.next('leave');
    await fed.clock.advance(199);
    expect(closed).toBe(false);
    await fed.clock.advance(1);
    await closing;
    expect(fed.clock.pending).toBe(0);
  });
});
