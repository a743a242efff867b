import { PubNub } from 'timetoken';
import { createTestNetwork, type OperationName, operations } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../scripts/docs-operations.ts';
import { ROUTES } from '../../src/origin/routes/table.ts';
import { nameOf, requestOf } from '../../src/testing/operations.ts';
import { RequestReader } from '../../src/testing/test-request.ts';
import { CALLS, type Call, SIGNED_CALLS } from '../support/testing-calls.ts';

const calls = Object.entries({ ...CALLS, ...SIGNED_CALLS }) as [OperationName, Call][];
const reader = new RequestReader();
const query = { text: () => undefined };

describe('the names of operations', () => {
  it('are those of the builders, and a few of requests that no builder sends by itself', () => {
    // `getFileUrl` makes an address, and sends nothing.
    const builders = Object.keys(OPERATIONS).filter((name) => name !== 'getFileUrl');
    const others = operations.filter((name) => !builders.includes(name));
    expect(builders.filter((name) => !operations.some((known) => known === name))).toEqual([]);
    expect(others).toEqual(['stream', 'heartbeat', 'leave', 'uploadFile', 'fileBytes']);
    expect(new Set(operations).size).toBe(operations.length);
  });

  it.each(ROUTES.map((route) => ({ route, name: `${route.method} ${route.path}` })))(
    'know the request $name',
    ({ route }) => expect(operations).toContain(nameOf(route, query)),
  );

  it.each(['here-now', 'Publish', 'toString', '__proto__', ''])('do not hold "%s"', (name) => {
    expect(() => requestOf(name)).toThrow(`There is no operation "${name}". There are: time, publish`);
  });
});

describe('a request is called as its builder', () => {
  it.each(calls)('%s', async (name, call) => {
    const keysets = [{ subscribeKey: 'sub', publishKey: 'pub', secretKey: 'secret' }];
    await using network = createTestNetwork({ keysets });
    await using pubnub = new PubNub({ ...network.options, secretKey: 'secret', userId: 'alice' });
    const done = call(pubnub).envelope();
    await network.clock.advance(60_000);
    await done;
    const [first] = network.transcript();
    expect(first).toMatchObject({ operation: requestOf(name), userId: 'alice' });
  });

  it.each([
    ['POST', 'http://h/publish/p/s/0/room/0?norep=true', 'fire', ['room']],
    ['GET', 'http://h/v2/subscribe/s/a%2Cb,c%2Fd/0?tt=0', 'subscribe', ['a', 'b', 'c/d']],
    ['GET', 'http://h/v2/subscribe/s/,/0?tt=1&channel-group=g,h', 'subscribe', []],
    ['GET', 'http://h/v2/stream/s/a,b?lastEventId=1:2', 'stream', ['a', 'b']],
    ['GET', 'http://h/v2/presence/sub-key/s/channel/a,b/leave?uuid=x', 'leave', ['a', 'b']],
    ['GET', 'http://h/v2/presence/sub-key/s/channel/a/heartbeat', 'heartbeat', ['a']],
    ['POST', 'http://h/time/0', 'unknown', []],
    ['GET', 'http://h/', 'unknown', []],
    ['GET', 'http://h/v2/subscribe/s/%ff/0', 'unknown', []],
    ['GET', `http://h/time/0?${'a&'.repeat(1_001)}`, 'unknown', []],
  ])('%s %s is %s', (method, url, operation, channels) => {
    expect(reader.read({ method, url })).toMatchObject({ operation, channels, method });
  });
});
