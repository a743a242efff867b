import type { WireEnvelope } from '../../../protocol/envelope.ts';
import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import type { Arrived } from '../../subscribe/arrived.ts';
import { isStored } from '../../subscribe/envelope.ts';
import { before, type Loss } from '../../subscribe/gaps.ts';
import { wildcardsOver } from '../../subscribe/interest.ts';
import type { LiveSubscription } from '../../subscribe/live-subscription.ts';
import type { Ledger } from '../../subscribe/recovery.ts';
import { Rewind } from './rewind.ts';

/** Entries may be late, or stamped by another clock: history is read from so many ticks before a loss, 10 seconds. */
export const OVERLAP = 10_000 * 10_000;

interface Told extends Pick<Loss, 'names' | 'to'> {
  /** The backfill that was to bring it back. */
  readonly serial: number;
}

/** Of one subscription: the newest stored messages that it asked for, and the losses that were announced to it. */
export class PastLedger implements Ledger {
  readonly #rewinds = new Map<string, Rewind>();
  #told: readonly Told[] = [];

  /** Asks for the newest stored messages of a channel, up to a timetoken. */
  rewind(channel: string, upTo: Timetoken, most: number): void {
    this.#rewinds.set(channel, new Rewind(upTo, most));
  }

  /** What was asked for of a channel, if anything was. */
  rewindOf(channel: string): Rewind | undefined {
    return this.#rewinds.get(channel);
  }

  refuses(arrived: Arrived): boolean {
    const { envelope, source } = arrived;
    const { c, p } = envelope;
    const rewind = this.#rewinds.get(c);
    // Of the past, only the newest stored messages were asked for; an entry that fills a loss is none of them.
    if (rewind?.isBefore(p.t) && (source?.fills || !isStored(envelope) || !rewind.wants(p.t))) return true;
    return source?.fills === true && this.#isTold(arrived, source.serial);
  }

  noteDelivered({ c, p }: WireEnvelope): void {
    this.#rewinds.get(c)?.note(p.t);
  }

  noteLoss({ names, to }: Loss, serial: number): void {
    // No backfill reads further back.
    const horizon = before(to, OVERLAP);
    this.#told = [
      ...this.#told.filter((one) => compareTimetokens(one.to, horizon) > 0),
      { names, to, serial },
    ];
  }

  startOf(channel: string): Timetoken | undefined {
    return this.#rewinds.get(channel)?.at;
  }

  // A later backfill reads from before its own loss: rows of an earlier, announced loss would be out of order.
  #isTold({ envelope: { c, p }, group }: Arrived, serial: number): boolean {
    return this.#told.some(({ names: { channels, groups }, to, serial: teller }) => {
      const isOf =
        channels.includes(c) ||
        wildcardsOver(c).some((name) => channels.includes(name)) ||
        (group !== undefined && groups.includes(group));
      return isOf && teller < serial && compareTimetokens(p.t, to) <= 0;
    });
  }
}

/** The ledger of a subscription; it gets one if it has none. */
export function ledgerOf(subscription: LiveSubscription): PastLedger {
  if (subscription.ledger instanceof PastLedger) return subscription.ledger;
  const ledger = new PastLedger();
  subscription.ledger = ledger;
  return ledger;
}
