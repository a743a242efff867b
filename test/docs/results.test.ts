import { PubNub } from 'timetoken';
import { createOrigin } from 'timetoken/origin';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../scripts/docs-operations.ts';
import { fieldsOfResult } from '../../scripts/docs-results.ts';

/** The results of a client that makes one call after the other, by operation. */
async function results(): Promise<Readonly<Record<string, unknown>>> {
  const keys = { subscribeKey: 'sub', publishKey: 'pub', secretKey: 'the secret of a server' };
  const origin = createOrigin({ keysets: [keys] });
  const pubnub = new PubNub({ ...keys, userId: 'alice', fetch: origin.fetch });
  const { timetoken } = await pubnub.time().execute();
  const channel = 'room';
  await pubnub.subscribe().channels(channel).execute().connected();
  const publish = await pubnub
    .publish({ channel, message: 'hello', meta: { lang: 'en' }, customMessageType: 'text' })
    .execute();
  const place = { channel, messageTimetoken: publish.timetoken };
  const addMessageAction = await pubnub
    .addMessageAction({ ...place, action: { type: 'reaction', value: 'smile' } })
    .execute();
  const sendFile = await pubnub.sendFile({ channel, file: 'text', fileName: 'a.txt' }).execute();
  const file = { channel, fileId: sendFile.id, fileName: sendFile.name };
  const device = { deviceId: 'token-of-a-device', pushType: 'fcm' } as const;
  await pubnub.addPushChannels({ ...device, channels: channel }).execute();
  await pubnub.addChannelsToChannelGroup({ channelGroup: 'all', channels: channel }).execute();
  await pubnub.setUuidMetadata({ name: 'Alice', custom: { level: 7 } }).execute();
  await pubnub.setChannelMetadata({ channel, name: 'The room', custom: { size: 1 } }).execute();
  await pubnub.setMemberships({ channelMemberships: channel, includeTotalCount: true }).execute();
  const all = {
    time: { timetoken },
    publish,
    addMessageAction,
    sendFile,
    fire: await pubnub.fire({ channel, message: 1 }).execute(),
    signal: await pubnub.signal({ channel, message: 1 }).execute(),
    hereNow: await pubnub.hereNow({ channels: channel }).execute(),
    whereNow: await pubnub.whereNow().execute(),
    setState: await pubnub.setState({ channels: channel, state: { mood: 'fine' } }).execute(),
    getState: await pubnub.getState({ channels: channel }).execute(),
    listChannelsInChannelGroup: await pubnub.listChannelsInChannelGroup({ channelGroup: 'all' }).execute(),
    listChannelGroups: await pubnub.listChannelGroups().execute(),
    history: await pubnub.history({ channel, includeMeta: true }).execute(),
    fetchMessages: await pubnub.fetchMessages({ channels: channel, includeMessageActions: true }).execute(),
    messageCounts: await pubnub.messageCounts({ channels: channel, channelTimetokens: timetoken }).execute(),
    getAllUuidMetadata: await pubnub.getAllUuidMetadata({ includeTotalCount: true }).execute(),
    getUuidMetadata: await pubnub.getUuidMetadata().execute(),
    getAllChannelMetadata: await pubnub.getAllChannelMetadata({ includeTotalCount: true }).execute(),
    getChannelMetadata: await pubnub.getChannelMetadata({ channel }).execute(),
    getMemberships: await pubnub.getMemberships({ includeChannel: true }).execute(),
    getChannelMembers: await pubnub.getChannelMembers({ channel, includeUuid: true }).execute(),
    removeUuidMetadata: await pubnub.removeUuidMetadata().execute(),
    removeChannelMetadata: await pubnub.removeChannelMetadata({ channel }).execute(),
    listPushChannels: await pubnub.listPushChannels(device).execute(),
    getMessageActions: await pubnub.getMessageActions({ channel }).execute(),
    removeMessageAction: await pubnub
      .removeMessageAction({ ...place, actionTimetoken: addMessageAction.data.actionTimetoken })
      .execute(),
    listFiles: await pubnub.listFiles({ channel }).execute(),
    publishFileMessage: await pubnub.publishFileMessage(file).execute(),
    deleteFile: await pubnub.deleteFile(file).execute(),
    grant: await pubnub.grant({ channels: channel, read: true, ttl: 5 }).execute(),
    audit: await pubnub.audit({ channels: channel }).execute(),
  };
  await pubnub.close();
  await origin.close();
  return all;
}

/** Every path of a value: `messages`, `messages.0`, `messages.0.entry`. */
function pathsOf(value: unknown, at = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${at}${key}`, ...pathsOf(inner, `${at}${key}.`)]);
}

// `messages[].entry` is `messages.0.entry`, and `channels[name]` any member of `channels`.
function pattern(path: string): RegExp {
  const source = path
    .replaceAll('.', '\\.')
    .replaceAll('[]', '\\.\\d+')
    .replaceAll(/\[\w+\]/g, '\\.[^.]+');
  return new RegExp(`^${source}$`);
}

describe('the tables of results', async () => {
  const all = await results();
  const tabled = Object.keys(OPERATIONS).filter((name) => fieldsOfResult(name).length > 0);

  it('are tried, each', () => expect(Object.keys(all).sort()).toEqual(tabled.sort()));

  it.each(tabled)('have the fields of %s, as a client answers', (name) => {
    const fields = fieldsOfResult(name).map((field) => ({ ...field, pattern: pattern(field.path) }));
    const paths = pathsOf(all[name]);
    const own = paths.filter((path) => !path.includes('.'));
    // The members of an entry are listed where the list itself is.
    const lists = fields
      .filter(({ path }) => path.includes('.'))
      .map(({ path }) => pattern(path.slice(0, path.lastIndexOf('.'))));
    const inner = paths.filter((path) =>
      lists.some((list) => list.test(path.slice(0, path.lastIndexOf('.')))),
    );
    const flags = name === 'grant' || name === 'audit' ? /^(?:ttl|auths|[rwmdguj])$/ : /^$/;
    const unknown = [...own, ...inner].filter(
      (path) => !flags.test(path) && !fields.some((field) => field.pattern.test(path)),
    );
    expect(unknown).toEqual([]);
    const absent = fields.filter(
      (field) => !field.optional && !paths.some((path) => field.pattern.test(path)),
    );
    expect(absent.map(({ path }) => path)).toEqual([]);
  });
});
