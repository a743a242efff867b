import PeerClient, { type PeerDevice } from 'pubnub';
import { expect, test } from 'vitest';
import { PubNub, type PushEnvironment, type PushType } from '../../src/index.ts';
import { serveOrigin } from '../support/integration-origin.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;
const APPLE = { topic: 'com.example.app', environment: 'production' } as const;

interface Device {
  readonly deviceId: string;
  readonly pushType: PushType;
  readonly topic?: string;
  readonly environment?: PushEnvironment;
}

test('both clients register devices of all kinds, and see what the other did', async () => {
  await using served = await serveOrigin();
  const options = { ...KEYS, origin: served.host };
  await using ours = new PubNub({ ...options, userId: 'ours' });
  const theirs = new PeerClient({ ...options, userId: 'theirs' });
  const devices: readonly (readonly [Device, PeerDevice])[] = [
    [
      { deviceId: 'T:1', pushType: 'gcm' },
      { device: 'T:1', pushGateway: 'gcm' },
    ],
    [
      { deviceId: '00ff', pushType: 'apns' },
      { device: '00ff', pushGateway: 'apns' },
    ],
    [
      { deviceId: '00ff', pushType: 'apns2', ...APPLE },
      { device: '00ff', pushGateway: 'apns2', ...APPLE },
    ],
  ];
  for (const [device, peer] of devices) {
    await ours.addPushChannels({ ...device, channels: ['a', 'b c'] }).execute();
    expect(await theirs.push.listChannels(peer)).toEqual({ channels: ['a', 'b c'] });
    await theirs.push.addChannels({ ...peer, channels: ['d'] });
    await theirs.push.removeChannels({ ...peer, channels: ['a'] });
    expect(await ours.listPushChannels(device).execute()).toEqual({ channels: ['b c', 'd'] });
    await theirs.push.deleteDevice(peer);
    expect(await ours.listPushChannels(device).execute()).toEqual({ channels: [] });
    await theirs.push.addChannels({ ...peer, channels: ['e'] });
    await ours.removePushChannels({ ...device, channels: 'x' }).execute();
    await ours.removeAllPushChannels(device).execute();
    expect(await theirs.push.listChannels(peer)).toEqual({ channels: [] });
  }
  theirs.stop();
});

test('both clients are told of a token that is none', async () => {
  await using served = await serveOrigin();
  const options = { ...KEYS, origin: served.host };
  await using ours = new PubNub({ ...options, userId: 'ours' });
  const theirs = new PeerClient({ ...options, userId: 'theirs' });
  const error = 'Expected 32 or 100 byte hex device token';
  await expect(ours.listPushChannels({ deviceId: 'xyz', pushType: 'apns' }).execute()).rejects.toMatchObject({
    code: 'PN-3001',
    errorData: { error },
  });
  await expect(theirs.push.listChannels({ device: 'xyz', pushGateway: 'apns' })).rejects.toMatchObject({
    status: { statusCode: 400, category: 'PNBadRequestCategory' },
  });
  theirs.stop();
});

test('a token that holds a slash is one segment of ours', async () => {
  await using served = await serveOrigin();
  await using ours = new PubNub({ ...KEYS, origin: served.host, userId: 'ours' });
  const device = { deviceId: 'a/b?c#d%2F', pushType: 'fcm' } as const;
  await ours.addPushChannels({ ...device, channels: 'a' }).execute();
  expect(await ours.listPushChannels(device).execute()).toEqual({ channels: ['a'] });
});
