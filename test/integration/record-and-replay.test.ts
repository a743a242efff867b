import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventName, PubNub } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';
import { createTestNetwork } from 'timetoken/testing';
import { expect, it, onTestFinished } from 'vitest';
import { FakeTerminal, start } from '../cli/fake-terminal.ts';
import { until } from '../support/unit-wait.ts';

const KINDS = ['message', 'signal', 'presence', 'messageAction', 'objects', 'file'] as const;
const KEYS = { subscribeKey: 'demo', publishKey: 'demo' };
const SUBSCRIBED = { channels: ['room', 'news.*'], channelGroups: ['friends'] };

/** Everything that a client hears of, but for its own comings and goings and for timetokens, which are each network's. */
function hear(pubnub: PubNub): readonly unknown[] {
  const events: unknown[] = [];
  const own = (type: EventName, event: object) => type === 'presence' && Object(event).uuid === 'listener';
  for (const type of KINDS)
    pubnub.on(type, (event) => {
      if (!own(type, event)) events.push(JSON.parse(JSON.stringify({ type, ...event }), withoutTimetoken));
    });
  return events;
}

function withoutTimetoken(name: string, value: unknown): unknown {
  return /timetoken$/i.test(name) ? undefined : value;
}

/** Does one thing of each kind. */
async function live(bob: PubNub): Promise<void> {
  const { timetoken } = await bob.publish().channel('room').message({ n: 1 }).meta({ lang: 'en' }).execute();
  await bob.publish().channel('news.a.b').message('ü😀').customMessageType('text-note').execute();
  await bob.publish().channel('bob').message([null, true]).execute();
  await bob.signal().channel('room').message('typing').execute();
  await bob
    .addMessageAction({
      channel: 'room',
      messageTimetoken: timetoken,
      action: { type: 'reaction', value: 'smile' },
    })
    .execute();
  await bob.setChannelMetadata().channel('room').name('The room').execute();
  await bob.sendFile({ channel: 'room', file: 'hello', fileName: 'a.txt', message: 'see' }).execute();
  await bob.subscribe().channels('room').execute().connected();
  await bob.setState().channels('room').state({ mood: 'fine' }).execute();
  await bob.unsubscribe().channels('room').execute();
}

it('what was recorded from a server is played as it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'timetoken-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'all.ndjson');
  const origin = createOrigin();
  const server = await serve(origin, { port: 0 });
  onTestFinished(() => server.close());
  const client = (userId: string) => {
    const pubnub = new PubNub({ ...KEYS, userId, origin: server.url });
    onTestFinished(() => pubnub.close());
    return pubnub;
  };
  const bob = client('bob');
  await bob.addChannelsToChannelGroup({ channelGroup: 'friends', channels: ['bob'] }).execute();

  const terminal = new FakeTerminal({ env: { TIMETOKEN_ORIGIN: server.url } });
  const args = ['record', ...SUBSCRIBED.channels, '--group', 'friends', '--presence', '--output', file];
  const transport = nodeTransport();
  const { code } = start([...args, '--user-id', 'listener'], { transport }, terminal);
  await terminal.stderr.until('connected to');
  const witness = client('listener');
  const expected = hear(witness);
  await witness
    .subscribe({ ...SUBSCRIBED, withPresence: true })
    .execute()
    .connected();
  await live(bob);
  const leave = (event: unknown) => Object(event).event === 'leave';
  await until('the last event', () => expected.some(leave));
  terminal.end();
  expect(await code).toBe(0);
  expect(new Set(expected.map((event) => Object(event).type))).toEqual(new Set(KINDS));

  await using network = createTestNetwork();
  await using listener = new PubNub({ ...network.options, userId: 'listener' });
  const heard = hear(listener);
  listener.subscribe({ ...SUBSCRIBED, withPresence: true }).execute();
  await network.subscribed('friends');
  await network.idle();
  const replay = await network.replay(file);
  expect(heard).toEqual(expected);
  expect(replay.played).toBe(expected.length);
  await listener.close();
});
