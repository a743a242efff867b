import type { ListenerRegistry } from '../listeners/registry.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import type { FileUrl } from './decode.ts';
import type { Demand } from './demand.ts';
import type { Loss } from './gaps.ts';
import type { Holding } from './holding.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Names } from './names.ts';
import type { Sightings } from './sightings.ts';
import type { Batch } from './state.ts';

/** Where delivery reports to. */
export interface DeliveryHost {
  /** A batch is delivered whole; its cursor may be kept. `fresh`: there was more in it than copies. */
  delivered(batch: Batch, fresh: boolean): void;
  /** Something is missing ahead of the entries that come now. */
  lost(loss: Loss, asked: Names): void;
  /** Everything waits for a reader of this subscription; for nobody, when there is none. */
  waits(subscription: LiveSubscription | undefined): void;
}

/** What delivery needs of the client. */
export interface DeliveryParts<Client> {
  readonly demand: Demand;
  readonly listeners: ListenerRegistry<Client>;
  readonly sightings: Sightings;
  readonly holding: Holding;
  readonly fileUrl: FileUrl;
  readonly settings: {
    readonly clock: SteadyClock;
    /** 0: copies are delivered. */
    readonly dedupeEntries: number;
    readonly random: () => number;
    readonly freezePayloads: boolean;
  };
}
