/** A user who is present on a channel. It is frozen, with its state. */
export interface Occupant {
  /** The user. */
  readonly uuid: string;
  /** A name to show: the member `name` of the state, else `username`, if it is a text. */
  readonly name?: string;
  /** The user's presence state; absent if there is none, and for users whom an interval announced, until the next `sync`. */
  readonly state?: Readonly<Record<string, unknown>>;
}

/** What happens to an `OccupantSet`. */
export type OccupantEvent = 'sync' | 'join' | 'leave' | 'update';

/**
 * Who is on a channel, kept up to date. It has a subscription of its own, to the presence of the channel: watching makes
 * nobody present.
 */
export interface OccupantSet extends Iterable<Occupant>, AsyncDisposable {
  /** Number of users in the set. */
  readonly size: number;
  /**
   * `true` if the set has every user of the channel. `false` before the first `sync`, while the connection or events are
   * lost, above 10 000 users, and when the set has ended.
   */
  readonly complete: boolean;
  /** The user of this id, if present. */
  get(uuid: string): Occupant | undefined;
  /**
   * Resolves when the set is in step with the server, at once if it is. Rejects with a `PubNubError`: with the refusal of
   * the subscription or of here-now (`PN-3002` and its kin), with the failure of the client, and with `PN-2003` when the
   * client is stopped, or the set or the `signal` ends first. The set goes on after a refusal: with the token of
   * `setToken()`, this call waits for what it brings.
   */
  synced(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Calls back: `sync` with all users, when the set is in step for the first time and whenever it was compared again;
   * `join`, `leave` (timeouts too) and `update` (another state) with the users concerned, from the first `sync` on. Returns
   * how to stop. A handler that throws is reported as `listenerError`. Throws `PN-1002` for another event, and for what is
   * no function.
   */
  on(type: OccupantEvent, handler: (occupants: readonly Occupant[]) => unknown): () => void;
  /** Ends it: the subscription, requests and timers. The users it had can still be read. May be called again at will. */
  close(): Promise<void>;
}

/** Makes an occupant of a state. */
export function occupantOf(uuid: string, state: Occupant['state'] | null): Occupant {
  if (!state || Object.keys(state).length === 0) return Object.freeze({ uuid });
  const name = [state['name'], state['username']].find((text) => typeof text === 'string' && text !== '');
  return Object.freeze({ uuid, ...(typeof name === 'string' && { name }), state: frozenCopy(state) });
}

// The payload of an event belongs to all of its listeners: one of them may change it. Without recursion: a state may be deeper
// than the call stack.
function frozenCopy(state: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const whole = { ...state };
  const left: object[] = [whole];
  for (let one = left.pop(); one; one = left.pop()) {
    for (const [name, member] of Object.entries(one)) {
      if (typeof member !== 'object' || member === null) continue;
      const value: object = Array.isArray(member) ? [...member] : { ...member };
      Object.defineProperty(one, name, { value });
      left.push(value);
    }
    Object.freeze(one);
  }
  return whole;
}
