import type { AccessRules, AccessStore } from './access.ts';
import type { ActionRules, ActionStore } from './actions.ts';
import type { Budget } from './budget.ts';
import type { FileRules, FileStore } from './files.ts';
import type { GroupRules, GroupStore } from './groups.ts';
import type { HistoryRules, HistoryStore } from './history.ts';
import type { LogRules, ShardLog } from './log.ts';
import type { ObjectRules, ObjectStore } from './objects.ts';
import type { PresenceRules, PresenceStore } from './presence.ts';
import type { PushRules, PushStore } from './push.ts';

/** The data of one subscribe key. */
export interface ShardStore {
  readonly log: ShardLog;
  readonly presence: PresenceStore;
  readonly groups: GroupStore;
  readonly history: HistoryStore;
  readonly access: AccessStore;
  readonly actions: ActionStore;
  readonly files: FileStore;
  readonly objects: ObjectStore;
  readonly push: PushStore;
}

/** The limits of one subscribe key's data. */
export interface ShardRules extends PresenceRules {
  /** The memory that all subscribe keys of the process share. Without it, they share none. */
  readonly budget?: Budget;
  /** Subscribe keys that hold data. Without it, they are not limited. */
  readonly shards?: number;
  /** Without it, the log keeps a thousand entries, and all publish ids of two minutes. */
  readonly log?: LogRules;
  /** Without it, groups are not limited. */
  readonly groups?: GroupRules;
  /** Without it, message actions are not limited. */
  readonly actions?: ActionRules;
  /** Without it, history keeps nothing. */
  readonly history?: HistoryRules;
  /** Without it, grants and revoked tokens are not limited. */
  readonly access?: AccessRules;
  /** Without it, files are not limited. */
  readonly files?: FileRules;
  /** Without it, App Context is not limited. */
  readonly objects?: ObjectRules;
  /** Without it, devices for mobile push are not limited. */
  readonly push?: PushRules;
}

/** The engine holds as many subscribe keys as it may, and can forget none of them. */
export class ShardsFull extends Error {
  override readonly name = 'ShardsFull';

  constructor() {
    super('The engine has no room for another subscribe key.');
  }
}

/**
 * The store cannot be reached, or does not answer in time. Of a change the outcome is unknown. Clients get the status 503
 * and may try again.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  constructor(message = 'The store cannot be reached.', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Keeps the data of an origin: in memory, in a file, or shared with other origins. */
export interface Engine {
  /**
   * The data of one subscribe key, until `release`; the same however often it is asked for. Throws `ShardsFull` if there is no room for one
   * more, and never forgets one that is in use or holds what has to be kept. The rules of the last call hold, for all who
   * use the data: an origin whose limits have changed asks again, while what it began before may go on.
   */
  shard(subscribeKey: string, rules: ShardRules): ShardStore;
  /**
   * The caller of `shard` does not use the data any more, until it calls `shard` again: to be called as often as `shard`.
   * Data stays, and stamps go on where they were.
   */
  release?(subscribeKey: string): void;
  /** `true` for a subscribe key that has never held anything: a read of it need leave nothing behind. */
  isBlank?(subscribeKey: string): boolean;
  /**
   * Resolves if the store answers, and leaves nothing behind. Rejects as calls do: with `StoreUnavailable` if it does not
   * answer, with another error if that does not pass by itself. Without it, a subscribe key is read to find out.
   */
  ping?(): Promise<void>;
  /** `true` if the data is in this process: calls settle within the turn in which they are made, and tails lose nothing. */
  readonly isLocal: boolean;
  /** Releases the resources of the engine. To call it again does nothing. */
  close(): Promise<void>;
}
