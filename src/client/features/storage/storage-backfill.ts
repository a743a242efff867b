import { isPresenceName } from '../../../protocol/names.ts';
import type { Executor } from '../../request/execute.ts';
import type { Recovery } from '../../subscribe/recovery.ts';
import { HistorySource } from './history-source.ts';
import { LossBackfill } from './loss-backfill.ts';
import { NewestBackfill } from './newest-backfill.ts';
import { patienceFor } from './patience.ts';
import { StartBackfill } from './start-backfill.ts';

/** The backfills that read the history of a keyset. */
export function storageBackfill(executor: Executor): Recovery {
  const history = new HistorySource(executor);
  return {
    patience: patienceFor,
    start: (engine, plan) => new StartBackfill(engine, plan, history),
    newest(engine, plan, most) {
      // Presence has no history.
      const channels = plan.names.channels.filter((name) => !isPresenceName(name));
      if (channels.length === 0) return;
      const names = { channels, groups: [] };
      return new NewestBackfill(engine, { plan: { ...plan, names }, most }, history);
    },
    loss(engine, affected, asked) {
      const backfill = new LossBackfill(engine, { affected, asked }, history);
      return backfill.isTakenAlong() ? undefined : backfill;
    },
  };
}
