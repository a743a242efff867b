import type { ActionEvent } from './entry.ts';
import type { StampRange } from './history.ts';
import type { AppendRequest } from './log.ts';
import type { Stamp } from './stamp.ts';

/** An action to be added to a message, which history need not have. */
export interface NewAction {
  readonly channel: string;
  /** The message's stamp. */
  readonly message: Stamp;
  readonly user: string;
  readonly type: string;
  readonly value: string;
}

/** An action that was added. */
export interface StoredAction extends NewAction {
  readonly tt: Stamp;
}

/** The reason for not adding an action: the user has added the same one, or the message has too many. */
export type AddProblem = 'exists' | 'full';

/** The reason for not removing an action: it does not exist, or another user added it. */
export type RemoveProblem = 'missing' | 'foreign';

/** The removal of an action by a user. */
export type ActionToRemove = Pick<StoredAction, 'channel' | 'message' | 'tt' | 'user'>;

/**
 * The actions on messages. Each change is logged in the same step, so that a reader of the log finds it here.
 * The actions of a message are dropped with it, when history drops or deletes it.
 */
export interface ActionStore {
  /** Stamps and adds an action. */
  add(action: NewAction): Promise<StoredAction | AddProblem>;
  /** Removes an action. Resolves to the reason if it is not removed. */
  remove(action: ActionToRemove): Promise<RemoveProblem | undefined>;
  /** The newest actions of a channel, by their own stamps, at most `max`; oldest first. */
  list(channel: string, query: StampRange & { readonly max: number }): Promise<readonly StoredAction[]>;
  /** The actions of some messages of a channel, each list oldest first; a message without any is left out. */
  of(channel: string, messages: readonly Stamp[]): Promise<ReadonlyMap<Stamp, readonly StoredAction[]>>;
}

/** The limits of stored actions. */
export interface ActionRules {
  /** On one message: no more can be added. */
  readonly messageActions: number;
  /** Of all channels; the oldest go first. */
  readonly actions: number;
  /** Characters of all actions; the oldest go first. */
  readonly bytes: number;
}

/** The log entry of a change. */
export function actionRequest(
  event: ActionEvent['event'],
  action: NewAction & { readonly tt?: Stamp },
): AppendRequest {
  const { channel, message, user, type, value, tt } = action;
  return { channel, kind: 'action', data: { event, message, user, type, value, action: tt } };
}
