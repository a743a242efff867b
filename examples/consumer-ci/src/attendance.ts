import { type PNPresenceEventResult, SubscribeCallback } from 'timetoken';

/** Keeps a list of who is there. */
export class Attendance extends SubscribeCallback {
  readonly #users = new Set<string>();

  get users(): readonly string[] {
    return [...this.#users].sort();
  }

  override presence({ event, uuid }: PNPresenceEventResult): void {
    if (uuid === undefined) return;
    if (event === 'join') this.#users.add(uuid);
    if (event === 'leave' || event === 'timeout') this.#users.delete(uuid);
  }
}
