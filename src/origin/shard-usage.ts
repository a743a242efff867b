import type { Terms } from './keysets.ts';
import type { Shard } from './shard.ts';

/** A shard that is open. */
export interface OpenShard {
  /** Set when it begins to open, in the turn in which it is needed. */
  opening?: Promise<Shard>;
  /** Set once it is open. */
  shard?: Shard;
  readonly terms: Terms | undefined;
  /** Other terms hold now: no request gets it any more. */
  isRetired?: boolean;
  /** The end of its last request, in milliseconds since the Unix epoch. */
  idleSince: number;
}

/** The requests for a subscribe key that are under way. */
export interface Usage {
  readonly subscribeKey: string;
  count: number;
  /** What they may have opened under terms that do not hold any more. */
  retired?: OpenShard;
}
