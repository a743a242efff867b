import type { Clock } from '../protocol/clock.ts';
import type { OriginLimits } from './limits.ts';
import type { Logger } from './logger.ts';
import { Attendance } from './presence/attendance.ts';
import type { AccessStore } from './store/access.ts';
import type { ActionStore } from './store/actions.ts';
import type { FileStore } from './store/files.ts';
import type { GroupStore } from './store/groups.ts';
import type { HistoryRules, HistoryStore } from './store/history.ts';
import type { ShardLog } from './store/log.ts';
import type { ObjectStore } from './store/objects.ts';
import type { PushStore } from './store/push.ts';
import type { Stamp } from './store/stamp.ts';
import type { Engine, PresenceStore, ShardRules } from './store/store.ts';
import { type InTurn, turns } from './turns.ts';
import { Adopted } from './window/adopted.ts';
import { Window } from './window/window.ts';

const MS_PER_HOUR = 3_600_000;

/** All that serves one subscribe key. */
export interface Shard {
  readonly subscribeKey: string;
  /** The region that clients are told. */
  readonly epoch: number;
  readonly log: ShardLog;
  readonly groups: GroupStore;
  /** To be read; changes go through `attendance`. */
  readonly presence: PresenceStore;
  readonly history: HistoryStore;
  readonly access: AccessStore;
  readonly actions: ActionStore;
  readonly files: FileStore;
  readonly objects: ObjectStore;
  /** Changes of objects: each looks first at what it changes, and others would come in between. */
  readonly objectTurns: InTurn;
  readonly push: PushStore;
  readonly window: Window;
  readonly attendance: Attendance;
  /** Where the log begins: what was published up to here is not in it. */
  readonly began: Stamp;
  /** Cursors of this log that were given to clients which came with another log's. */
  readonly adopted: Adopted;
  close(): void;
}

/** What shards are made with. */
export interface ShardOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly limits: OriginLimits;
  readonly logger: Logger | undefined;
}

/** Opens the data of one subscribe key and follows its log. Rejects when the engine does. */
export async function openShard(subscribeKey: string, options: ShardOptions): Promise<Shard> {
  const { engine, clock, limits, logger } = options;
  const stores = engine.shard(subscribeKey, rulesOf(limits));
  const { log, presence } = stores;
  const epoch = await engine.epoch();
  const began = await log.began();
  // A fence: the window shall stand where the log is now, not where its last entry is.
  await log.head();
  const onFailure = (error: unknown) => logger?.error?.('The store failed.', { subscribeKey, error });
  const key = JSON.stringify(subscribeKey);
  const window = await Window.open({
    log,
    clock,
    limits,
    checks: !engine.exactTail,
    envelopeStart: (tt) => `{"a":"1","f":0,"p":{"t":"${tt}","r":${epoch}},"k":${key},`,
    onFailure,
  });
  const attendance = new Attendance({ log, presence, clock, limits, onFailure });
  const close = () => {
    window.close();
    attendance.close();
  };
  return {
    ...stores,
    objectTurns: turns(),
    subscribeKey,
    epoch,
    window,
    attendance,
    began,
    adopted: new Adopted(),
    close,
  };
}

function rulesOf(limits: OriginLimits): ShardRules {
  return {
    announceMax: limits.announceMax,
    leaseMs: limits.presenceSeconds * 1000,
    groups: { channels: limits.groupChannels, groups: limits.groups },
    history: historyRules(limits),
    access: { grants: limits.grants, revokedTokens: limits.revokedTokens },
    actions: {
      messageActions: limits.messageActions,
      actions: limits.actions,
      bytes: limits.actionsBytes,
    },
    files: { files: limits.files, bytes: limits.filesBytes, uploads: limits.uploads },
    push: { devices: limits.pushDevices, channels: limits.pushChannels },
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
