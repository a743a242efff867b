import type { OriginGauges } from './metrics/observer.ts';
import type { Shards } from './shards.ts';

/** What the metrics of an origin ask it at any time. */
export function gaugesOf(shards: Shards): OriginGauges {
  return {
    parkedPolls: () => {
      let polls = 0;
      for (const { window } of shards.opened()) polls += window.waiting;
      return polls;
    },
    subscribeKeys: () => shards.size,
    keysWithoutStore: () => shards.health.away,
  };
}
