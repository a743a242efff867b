import type { PNStatus, PubNub } from 'timetoken';
import type { OperationName } from 'timetoken/testing';

/** What a call came to. */
export interface Outcome {
  readonly status: Pick<PNStatus, 'category' | 'statusCode' | 'errorData'>;
}

/** One call of each builder that sends a request of its own. */
export type Call = (pubnub: PubNub) => { envelope(): Promise<Outcome> };

const device = { deviceId: 'a1b2', pushType: 'fcm' } as const;
const reaction = { type: 'reaction', value: 'smile' };
const ACTION = { channel: 'room', messageTimetoken: '17000000000000000', action: reaction };
const FILE = { channel: 'room', fileId: 'id', fileName: 'a.txt' };

/** Calls that anybody may make, by the name of their operation. */
export const CALLS: Readonly<Partial<Record<OperationName, Call>>> = {
  time: (pubnub) => pubnub.time(),
  publish: (pubnub) => pubnub.publish({ channel: 'room', message: 1 }),
  fire: (pubnub) => pubnub.fire({ channel: 'room', message: 1 }),
  signal: (pubnub) => pubnub.signal({ channel: 'room', message: 1 }),
  hereNow: (pubnub) => pubnub.hereNow({ channels: 'room' }),
  whereNow: (pubnub) => pubnub.whereNow(),
  getState: (pubnub) => pubnub.getState({ channels: 'room' }),
  setState: (pubnub) => pubnub.setState({ channels: 'room', state: { mood: 'fine' } }),
  addChannelsToChannelGroup: (pubnub) =>
    pubnub.addChannelsToChannelGroup({ channels: 'room', channelGroup: 'g' }),
  removeChannelsFromChannelGroup: (pubnub) =>
    pubnub.removeChannelsFromChannelGroup({ channels: 'room', channelGroup: 'g' }),
  listChannelsInChannelGroup: (pubnub) => pubnub.listChannelsInChannelGroup({ channelGroup: 'g' }),
  deleteChannelGroup: (pubnub) => pubnub.deleteChannelGroup({ channelGroup: 'g' }),
  listChannelGroups: (pubnub) => pubnub.listChannelGroups(),
  history: (pubnub) => pubnub.history({ channel: 'room' }),
  fetchMessages: (pubnub) => pubnub.fetchMessages({ channels: 'room' }),
  messageCounts: (pubnub) => pubnub.messageCounts({ channels: 'room', channelTimetokens: '17' }),
  deleteMessages: (pubnub) => pubnub.deleteMessages({ channel: 'room' }),
  addMessageAction: (pubnub) => pubnub.addMessageAction(ACTION),
  getMessageActions: (pubnub) => pubnub.getMessageActions({ channel: 'room' }),
  removeMessageAction: (pubnub) =>
    pubnub.removeMessageAction({ channel: 'room', messageTimetoken: '17', actionTimetoken: '18' }),
  getAllUuidMetadata: (pubnub) => pubnub.getAllUuidMetadata(),
  getUuidMetadata: (pubnub) => pubnub.getUuidMetadata(),
  setUuidMetadata: (pubnub) => pubnub.setUuidMetadata({ name: 'Alice' }),
  removeUuidMetadata: (pubnub) => pubnub.removeUuidMetadata(),
  getAllChannelMetadata: (pubnub) => pubnub.getAllChannelMetadata(),
  getChannelMetadata: (pubnub) => pubnub.getChannelMetadata({ channel: 'room' }),
  setChannelMetadata: (pubnub) => pubnub.setChannelMetadata({ channel: 'room', name: 'The room' }),
  removeChannelMetadata: (pubnub) => pubnub.removeChannelMetadata({ channel: 'room' }),
  getMemberships: (pubnub) => pubnub.getMemberships(),
  setMemberships: (pubnub) => pubnub.setMemberships({ channelMemberships: ['room'] }),
  removeMemberships: (pubnub) => pubnub.removeMemberships({ channelMemberships: ['room'] }),
  manageMemberships: (pubnub) => pubnub.manageMemberships({ set: ['room'], remove: ['a'] }),
  getChannelMembers: (pubnub) => pubnub.getChannelMembers({ channel: 'room' }),
  setChannelMembers: (pubnub) => pubnub.setChannelMembers({ channel: 'room', uuids: ['bob'] }),
  removeChannelMembers: (pubnub) => pubnub.removeChannelMembers({ channel: 'room', uuids: ['bob'] }),
  manageChannelMembers: (pubnub) =>
    pubnub.manageChannelMembers({ channel: 'room', set: ['bob'], remove: ['carol'] }),
  addPushChannels: (pubnub) => pubnub.addPushChannels({ ...device, channels: 'room' }),
  removePushChannels: (pubnub) => pubnub.removePushChannels({ ...device, channels: 'room' }),
  listPushChannels: (pubnub) => pubnub.listPushChannels(device),
  removeAllPushChannels: (pubnub) => pubnub.removeAllPushChannels(device),
  sendFile: (pubnub) => pubnub.sendFile({ channel: 'room', file: 'text', fileName: 'a.txt' }),
  listFiles: (pubnub) => pubnub.listFiles({ channel: 'room' }),
  deleteFile: (pubnub) => pubnub.deleteFile(FILE),
  publishFileMessage: (pubnub) => pubnub.publishFileMessage(FILE),
  downloadFile: (pubnub) => pubnub.downloadFile(FILE),
};

/** Calls that need the secret key. */
export const SIGNED_CALLS: Readonly<Partial<Record<OperationName, Call>>> = {
  grantToken: (pubnub) => pubnub.grantToken({ ttl: 15, channels: { room: { read: true } } }),
  revokeToken: (pubnub) => pubnub.revokeToken({ token: 'p0AkFl' }),
  grant: (pubnub) => pubnub.grant({ channels: 'room', authKeys: 'key', read: true }),
  audit: (pubnub) => pubnub.audit({ channels: 'room' }),
};
