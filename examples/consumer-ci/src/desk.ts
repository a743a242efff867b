import { PubNub, type PubNubOptions } from 'timetoken';
import { Answering } from './answering.ts';
import { Attendance } from './attendance.ts';
import { Health } from './health.ts';

/** A help desk: it answers what is asked in `questions`, in the channel of whoever asked. */
export class Desk {
  readonly attendance = new Attendance();
  readonly health = new Health();
  readonly #pubnub: PubNub;

  constructor(options: Partial<PubNubOptions> = {}) {
    this.#pubnub = new PubNub({
      subscribeKey: 'desk-sub',
      publishKey: 'desk-pub',
      userId: 'desk',
      ...options,
    });
    // Before it subscribes, so that nothing is missed.
    this.#pubnub.addListener(new Answering());
    this.#pubnub.addListener(this.attendance);
    this.#pubnub.addListener(this.health);
  }

  /** Resolves when questions are heard. */
  open(): Promise<void> {
    return this.#pubnub.subscribe().channels('questions').withPresence().execute().connected();
  }

  close(): Promise<void> {
    return this.#pubnub.close();
  }
}
