import type { Context, Start } from '../../builder/start.ts';
import { type Paged, type Rest, startPages, startRest } from '../../builder/verbs.ts';
import type { Values } from '../../endpoint.ts';
import type { CallOptions } from '../../request/execute.ts';
import { type GetStateParams, type GetStateResult, getState } from './get-state.ts';
import { type HereNowParams, type HereNowResult, hereNow, hereNowPaging } from './here-now.ts';
import { type SetStateParams, type SetStateResult, setState } from './set-state.ts';
import { type WhereNowParams, type WhereNowResult, whereNow } from './where-now.ts';

/** The operations on presence; `C` is the client's channel map. */
export interface PresenceOperations<C> {
  /** Asks who is present on channels, or anywhere. */
  readonly hereNow: Start<HereNowParams, Paged<HereNowResult>, C>;
  /** Asks on which channels a user is present. */
  readonly whereNow: Start<WhereNowParams, Rest<WhereNowResult>, C>;
  /** Sets the user's own presence state. */
  readonly setState: Start<SetStateParams, Rest<SetStateResult>, C>;
  /** Asks for a user's presence state. */
  readonly getState: Start<GetStateParams, Rest<GetStateResult>, C>;
}

/** How their builders start. */
export const PRESENCE_BUILDERS = Object.freeze({
  hereNow: startPages(hereNow, hereNowPaging),
  whereNow: startRest(whereNow),
  setState: startRest(setState, setAndRemember),
  getState: startRest(getState),
});

// Heartbeats and handshakes tell the state again.
async function setAndRemember(
  { executor, engine }: Context,
  values: Values<SetStateParams>,
  options: CallOptions | undefined,
): Promise<SetStateResult> {
  const { channels = [], channelGroups = [], state } = values;
  const names = [...channels, ...channelGroups];
  return engine.states.during(names, state, () => executor.call(setState, values, options));
}
