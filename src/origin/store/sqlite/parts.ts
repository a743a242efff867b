import { SqliteAccess } from './access.ts';
import { SqliteActions } from './actions.ts';
import { SqliteFiles } from './files.ts';
import { SqliteGroups } from './groups.ts';
import { SqliteHistory } from './history.ts';
import { SqliteLog } from './log.ts';
import type { PartName } from './methods.ts';
import { SqliteObjects } from './objects.ts';
import type { PartContext, ShardContext } from './part.ts';
import { SqlitePresence } from './presence.ts';
import { SqlitePush } from './push.ts';

/** The parts of one shard, in the worker. */
export interface Parts extends Readonly<Record<PartName, object>> {
  readonly log: SqliteLog;
  readonly history: SqliteHistory;
  readonly presence: SqlitePresence;
  readonly groups: SqliteGroups;
  readonly access: SqliteAccess;
  readonly actions: SqliteActions;
  readonly files: SqliteFiles;
  readonly objects: SqliteObjects;
  readonly push: SqlitePush;
}

/** Makes the parts of a shard. */
export function partsOf(shard: ShardContext): Parts {
  const history = new SqliteHistory(shard);
  const log = new SqliteLog(shard, history);
  const context: PartContext = { ...shard, log, history };
  return {
    log,
    history,
    presence: new SqlitePresence(context),
    groups: new SqliteGroups(context),
    access: new SqliteAccess(context),
    actions: new SqliteActions(context),
    files: new SqliteFiles(context),
    objects: new SqliteObjects(context),
    push: new SqlitePush(context),
  };
}
