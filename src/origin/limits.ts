import {
  DEFAULT_PRESENCE_TIMEOUT,
  LIVE_QUEUE_LENGTH,
  MAX_GROUP_CHANGES,
  MAX_MESSAGE_BYTES,
  MAX_OCCUPANTS,
  MAX_SIGNAL_BYTES,
  MAX_URI_BYTES,
} from '../protocol/limits.ts';
import { inProportion, resolved } from './resolved-limits.ts';

/** The limits of an origin. */
export interface OriginLimits {
  /** Seconds for which a poll waits for a message. Clients give up at 310, some at 300. Default 280. */
  readonly holdSeconds: number;
  /** Seconds between two comments in a stream, which tell that it is alive; 0: none. Above 20 or without any, clients are not told that there are streams. Default 15. */
  readonly streamKeepAliveSeconds: number;
  /** Bytes of a message's JSON text. Default 32 768. */
  readonly messageBytes: number;
  /** Bytes of a signal's JSON text. Default 64. */
  readonly signalBytes: number;
  /** Steps that the filter of one poll or list may take, to be read too, and all filters that one publish wakes; a twentieth for one message. Default 10 000 000. */
  readonly filterSteps: number;
  /** Bytes of a request's path and query. Default 32 752. */
  readonly uriBytes: number;
  /** Bytes of a request's body as sent. Default 1 MiB. */
  readonly bodyBytes: number;
  /** Names of channels and groups in one request. Default 2 000. */
  readonly names: number;
  /** Wildcards of one request that cover one another: `a.*` and `a.b.*` are two. Those of presence count by themselves. Default 8. */
  readonly nestedWildcards: number;
  /** Groups that one subscription may name. Default 10. */
  readonly subscribedGroups: number;
  /** Channel groups of one subscribe key. Default 10 000. */
  readonly groups: number;
  /** Channels of one channel group. Default 1 000. */
  readonly groupChannels: number;
  /** Channels in all channel groups of one subscribe key. Default 200 000. */
  readonly groupsChannels: number;
  /** Characters of the names of all channel groups of one subscribe key, and of their channels. Default 16 Mi. */
  readonly groupsBytes: number;
  /** Channels that one call adds to a channel group or removes from it. Default 200. */
  readonly groupChanges: number;
  /** Query parameters of one request. Default 100. */
  readonly parameters: number;
  /** Subscribe keys in use; without configured keysets any client can use a new one. Default 10 000, or less: see below. */
  readonly subscribeKeys: number;
  /**
   * Seconds after its last request for which a subscribe key of a store in another process stays open: a closed one costs
   * nothing until it is used again. Default 60.
   */
  readonly idleSeconds: number;
  /** Seconds within which a store that is not in this process has to answer; then requests are answered with 503. Default 2. */
  readonly storeSeconds: number;
  /** Live entries of one channel. Default 100. */
  readonly queueLength: number;
  /** Live entries of one subscribe key. Default 100 000. */
  readonly liveEntries: number;
  /** Characters of all live entries of one subscribe key. Default 64 Mi. */
  readonly liveBytes: number;
  /** Publishes with a `tt_id` of the last two minutes that one subscribe key remembers; the oldest go first. Default 100 000. */
  readonly dedupeKeys: number;
  /** Characters of all of these, with user and channel. Default 16 Mi. */
  readonly dedupeBytes: number;
  /** Seconds for which entries stay live, within the other limits. Default 1 200. */
  readonly liveSeconds: number;
  /** Characters of one answer of subscribe or history, with its gaps, after which the rest waits. Default 2 Mi. */
  readonly answerBytes: number;
  /** Seconds without a request after which a user times out, unless the client asks for others. Default 300. */
  readonly presenceSeconds: number;
  /** Presences of users on channels, of one subscribe key, each client with an `instanceid` by itself; states of absent users count too. Default 100 000. */
  readonly leases: number;
  /** Characters of their names, with the `instanceid`, and states; a state that many have counts once. Default 64 Mi. */
  readonly leasesBytes: number;
  /** Channels on which one user is present or has a state, for each client with an `instanceid` by itself. Default 20 000. */
  readonly userLeases: number;
  /** Characters of one user's presences, with their states. Default 8 Mi. */
  readonly userLeasesBytes: number;
  /** Channels on which one request announces a user, those of groups included. Default 12 000. */
  readonly requestLeases: number;
  /** Characters of names and states that one request announces, on all its channels. Default 4 Mi. */
  readonly requestLeasesBytes: number;
  /** Users of a channel above which presence is announced in intervals. Default 20. */
  readonly announceMax: number;
  /** Seconds between two interval announcements. Default 10. */
  readonly announceSeconds: number;
  /** Users of one channel that a here-now answer lists at most. Default 1 000. */
  readonly occupants: number;
  /** Hours for which history keeps a message without a `ttl` of its own; 0: not at all. Default 168, a week. */
  readonly historyHours: number;
  /** Messages of one channel in history; the oldest go first. Default 10 000. */
  readonly historyQueue: number;
  /** Messages of one subscribe key in history; the oldest go first. Default 100 000. */
  readonly historyEntries: number;
  /** Characters of all messages of one subscribe key in history; the oldest go first. Default 64 Mi. */
  readonly historyBytes: number;
  /** Actions of one message; no more can be added. Default 10 000. */
  readonly messageActions: number;
  /** Message actions of one subscribe key; the oldest go first. Default 100 000. */
  readonly actions: number;
  /** Characters of all message actions of one subscribe key; the oldest go first. Default 16 Mi. */
  readonly actionsBytes: number;
  /** Grants of one subscribe key to auth keys. Default 100 000. */
  readonly grants: number;
  /** Tokens of one subscribe key that are revoked and would not have expired yet. Default 100 000. */
  readonly revokedTokens: number;
  /** Characters of all grants of one subscribe key, and of its revoked tokens. Default 16 Mi. */
  readonly accessBytes: number;
  /** Channels in groups that are cached for one subscribe key, and as many look-ups of grants and tokens; the oldest go first. Default 100 000. */
  readonly cacheEntries: number;
  /** Characters of these channels, and of these look-ups. Default 16 Mi. */
  readonly cacheBytes: number;
  /** Bytes of one file. Default 5 MiB. */
  readonly fileBytes: number;
  /** Files of one subscribe key; further ones are refused. Default 10 000. */
  readonly files: number;
  /** Bytes of all files of one subscribe key; further ones are refused. Default 256 MiB. */
  readonly filesBytes: number;
  /** Files of one subscribe key that are announced and not uploaded yet, within a minute. Default 1 000. */
  readonly uploads: number;
  /** App Context users, channels and memberships of one subscribe key. Default 100 000. */
  readonly objects: number;
  /** Characters of all App Context data of one subscribe key; each member of a `custom` counts 96 more, about the memory that it takes. Default 64 Mi. */
  readonly objectsBytes: number;
  /** Bytes of the fields of one user, channel or membership, as JSON text. Default 32 768. */
  readonly objectBytes: number;
  /** Memberships of one user, and members of one channel. Default 10 000. */
  readonly memberships: number;
  /** Memberships that one call sets and deletes. Default 100. */
  readonly membershipChanges: number;
  /** Devices of one subscribe key that are registered for mobile push. Default 10 000. */
  readonly pushDevices: number;
  /** Channels of which one device is notified. Default 2 000. */
  readonly pushChannels: number;
  /** Channels of all devices of one subscribe key. Default 200 000. */
  readonly pushRegistrations: number;
  /** Characters of all devices of one subscribe key and their channels. Default 16 Mi. */
  readonly pushBytes: number;
  /** Entries of all kinds and subscribe keys together: see below. Default 1 000 000, or less. */
  readonly processEntries: number;
  /** Characters and bytes of all kinds and subscribe keys together: see below. Default 1 Gi, or less. */
  readonly processBytes: number;
}

const KIB = 1024;
const MIB = KIB * KIB;

const DEFAULTS: OriginLimits = Object.freeze({
  holdSeconds: 280,
  streamKeepAliveSeconds: 15,
  messageBytes: MAX_MESSAGE_BYTES,
  signalBytes: MAX_SIGNAL_BYTES,
  filterSteps: 10_000_000,
  uriBytes: MAX_URI_BYTES,
  bodyBytes: MIB,
  names: 2_000,
  nestedWildcards: 8,
  subscribedGroups: 10,
  groups: 10_000,
  groupChannels: 1_000,
  groupsChannels: 200_000,
  groupsBytes: 16 * MIB,
  groupChanges: MAX_GROUP_CHANGES,
  parameters: 100,
  subscribeKeys: 10_000,
  idleSeconds: 60,
  storeSeconds: 2,
  queueLength: LIVE_QUEUE_LENGTH,
  liveEntries: 100_000,
  liveBytes: 64 * MIB,
  dedupeKeys: 100_000,
  dedupeBytes: 16 * MIB,
  liveSeconds: 1_200,
  answerBytes: 2 * MIB,
  presenceSeconds: DEFAULT_PRESENCE_TIMEOUT,
  leases: 100_000,
  leasesBytes: 64 * MIB,
  userLeases: 20_000,
  userLeasesBytes: 8 * MIB,
  requestLeases: 12_000,
  requestLeasesBytes: 4 * MIB,
  announceMax: 20,
  announceSeconds: 10,
  occupants: MAX_OCCUPANTS,
  historyHours: 168,
  historyQueue: 10_000,
  historyEntries: 100_000,
  historyBytes: 64 * MIB,
  messageActions: 10_000,
  actions: 100_000,
  actionsBytes: 16 * MIB,
  grants: 100_000,
  revokedTokens: 100_000,
  accessBytes: 16 * MIB,
  cacheEntries: 100_000,
  cacheBytes: 16 * MIB,
  fileBytes: 5 * MIB,
  files: 10_000,
  filesBytes: 256 * MIB,
  uploads: 1_000,
  objects: 100_000,
  objectsBytes: 64 * MIB,
  objectBytes: 32 * KIB,
  memberships: 10_000,
  membershipChanges: 100,
  pushDevices: 10_000,
  pushChannels: 2_000,
  pushRegistrations: 200_000,
  pushBytes: 16 * MIB,
  processEntries: 1_000_000,
  processBytes: KIB * MIB,
});

/** Bytes of the JSON text of a message that is published as a large one: 2 MiB, unless limits say otherwise. */
export const largeMessageBytes = ({ messageBytes }: OriginLimits): number => 64 * messageBytes;

// What costs memory in the heap, of all subscribe keys together.
const OF_PROCESS = ['subscribeKeys', 'processEntries', 'processBytes'] as const;

/**
 * The defaults, overridden by the given limits. In a smaller heap than 4 GiB, those of the whole process are smaller in
 * proportion. Throws as `resolved` does.
 */
export function resolveLimits(
  given?: Partial<OriginLimits>,
  { place = 'limits', heapBytes }: ResolveOptions = {},
): OriginLimits {
  return resolved(inProportion(DEFAULTS, OF_PROCESS, heapBytes), given, { owner: 'the origin', place });
}

interface ResolveOptions {
  /** What an error names. Default `'limits'`. */
  readonly place?: string;
  /** What the heap may hold. Default: that of this process. */
  readonly heapBytes?: number;
}
