import type { OriginLimits } from '../limits.ts';
import type { Budget } from './budget.ts';
import type { HistoryRules } from './history.ts';
import type { ShardRules } from './store.ts';

const MS_PER_HOUR = 3_600_000;
// Changes that wait for an interval event, in proportion to leases.
const WAITING_SHARE = 0.25;

/** The limits of an origin as those of the data of each subscribe key, which share a budget. */
export function shardRules(limits: OriginLimits, budget: Budget): ShardRules {
  return {
    budget,
    shards: limits.subscribeKeys,
    announceMax: limits.announceMax,
    announceMs: limits.announceSeconds * 1000,
    waiting: {
      entries: Math.ceil(limits.leases * WAITING_SHARE),
      bytes: Math.ceil(limits.leasesBytes * WAITING_SHARE),
    },
    leaseMs: limits.presenceSeconds * 1000,
    leases: {
      all: { entries: limits.leases, bytes: limits.leasesBytes },
      user: { entries: limits.userLeases, bytes: limits.userLeasesBytes },
    },
    log: {
      entries: limits.liveEntries,
      bytes: limits.liveBytes,
      keepMs: limits.liveSeconds * 1000,
      publishIds: limits.dedupeKeys,
      publishIdBytes: limits.dedupeBytes,
    },
    groups: {
      channels: limits.groupChannels,
      groups: limits.groups,
      members: limits.groupsChannels,
      bytes: limits.groupsBytes,
    },
    history: historyRules(limits),
    access: { grants: limits.grants, revokedTokens: limits.revokedTokens, bytes: limits.accessBytes },
    actions: {
      messageActions: limits.messageActions,
      actions: limits.actions,
      bytes: limits.actionsBytes,
    },
    files: { files: limits.files, bytes: limits.filesBytes, uploads: limits.uploads },
    push: {
      devices: limits.pushDevices,
      channels: limits.pushChannels,
      registrations: limits.pushRegistrations,
      bytes: limits.pushBytes,
    },
    objects: {
      objects: limits.objects,
      memberships: limits.memberships,
      characters: limits.objectsBytes,
    },
  };
}

function historyRules(limits: OriginLimits): HistoryRules {
  const { historyQueue, historyEntries, historyBytes, historyHours } = limits;
  return {
    channelEntries: historyQueue,
    entries: historyEntries,
    bytes: historyBytes,
    keepMs: historyHours * MS_PER_HOUR,
  };
}
