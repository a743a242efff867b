import { PUBLISH_ID_WINDOW } from '../../../protocol/publish-id.ts';
import { Account, type Budget, LiveRoom } from '../budget.ts';
import type { LogRules } from '../log.ts';
import { type Stamp, stampOf } from '../stamp.ts';

/** The publish ids of the last two minutes with the stamps of their entries; the oldest go first. */
export class PublishIds {
  // In the order of their stamps.
  readonly #stamps = new Map<string, Stamp>();
  readonly #account: Account;

  constructor(rules: LogRules, budget?: Budget) {
    this.#account = new Account({
      limits: new LiveRoom(rules, 'publishIds', 'publishIdBytes'),
      budget,
      dropOldest: () => this.#forgetOldest(),
    });
  }

  get size(): number {
    return this.#stamps.size;
  }

  /** The stamp of the entry with an id. Drops the ids that are too old. */
  get(id: string, now: number): Stamp | undefined {
    const expired = stampOf(Math.max(0, now - PUBLISH_ID_WINDOW));
    for (const [known, tt] of this.#stamps) {
      if (tt > expired) break;
      this.#forget(known);
    }
    return this.#stamps.get(id);
  }

  /** Remembers the id of a new entry. */
  add(id: string, tt: Stamp): void {
    this.#stamps.set(id, tt);
    this.#account.add(1, id.length);
  }

  /** Gives back all room: the ids are used no more. */
  clear(): void {
    this.#account.clear();
  }

  #forgetOldest(): void {
    const [id] = this.#stamps.keys();
    if (id !== undefined) this.#forget(id);
  }

  #forget(id: string): void {
    if (this.#stamps.delete(id)) this.#account.remove(1, id.length);
  }
}
