import { type PNStatus, PNStatusCategory, SubscribeCallback } from 'timetoken';

const UP: readonly string[] = [PNStatusCategory.PNConnectedCategory, PNStatusCategory.PNReconnectedCategory];

/** Knows whether questions are heard. */
export class Health extends SubscribeCallback {
  /** How often the connection was lost. */
  losses = 0;
  up = false;

  override status({ category }: PNStatus): void {
    if (category === PNStatusCategory.PNUnexpectedDisconnectCategory) {
      this.losses++;
      this.up = false;
    }
    if (UP.includes(category)) this.up = true;
  }
}
