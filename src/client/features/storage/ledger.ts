import type { WireEnvelope } from '../../../protocol/envelope.ts';
import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import type { Arrived } from '../../subscribe/arrived.ts';
import { isStored } from '../../subscribe/decode.ts';
import { before, type Loss } from '../../subscribe/gaps.ts';
import { wildcardsOver } from '../../subscribe/interest.ts';
import type { LiveSubscription } from '../../subscribe/live-subscription.ts';
import type { Ledger } from '../../subscribe/recovery.ts';
import { Rewind } from './rewind.ts';

/** What is missing may have come late, or by another clock: it is looked for from 10 seconds before, in ticks. */
export const OVERLAP = 10_000 * 10_000;

interface Told extends Pick<Loss, 'names' | 'to'> {
  /** The serial of the backfill that was to bring it. */
  readonly serial: number;
}

/** The past of one subscription: the newest stored messages that it asked for, and what it was told to have lost. */
export class PastLedger implements Ledger {
  readonly #rewinds = new Map<string, Rewind>();
  #told: readonly Told[] = [];

  /** The newest so many stored messages of a channel are wanted, of those up to a timetoken. */
  rewind(channel: string, upTo: Timetoken, most: number): void {
    this.#rewinds.set(channel, new Rewind(upTo, most));
  }

  /** What is asked for of the past of a channel, if anything is. */
  rewindOf(channel: string): Rewind | undefined {
    return this.#rewinds.get(channel);
  }

  refuses(arrived: Arrived): boolean {
    const { envelope, source } = arrived;
    const { c, p } = envelope;
    const rewind = this.#rewinds.get(c);
    // Of what came before, the newest stored messages are all that was asked for; what fills a loss is none of them.
    if (rewind?.isBefore(p.t) && (source?.fills || !isStored(envelope) || !rewind.wants(p.t))) return true;
    return source?.fills === true && this.#isTold(arrived, source.serial);
  }

  noteDelivered({ c, p }: WireEnvelope): void {
    this.#rewinds.get(c)?.note(p.t);
  }

  noteLoss({ names, to }: Loss, serial: number): void {
    // Nobody reads further back.
    const horizon = before(to, OVERLAP);
    this.#told = [
      ...this.#told.filter((one) => compareTimetokens(one.to, horizon) > 0),
      { names, to, serial },
    ];
  }

  startOf(channel: string): Timetoken | undefined {
    return this.#rewinds.get(channel)?.at;
  }

  // A later backfill reads from a little before its own loss: what it finds of an earlier one would come out of its order.
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

/** The ledger of a subscription, from now on. */
export function ledgerOf(subscription: LiveSubscription): PastLedger {
  if (subscription.ledger instanceof PastLedger) return subscription.ledger;
  const ledger = new PastLedger();
  subscription.ledger = ledger;
  return ledger;
}
