import type { Given } from '../../builder/given.ts';
import type { Context } from '../../builder/operation.ts';
import { validate } from '../../builder/validate.ts';
import { paged, rest } from '../../builder/verbs.ts';
import type { Values } from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import type { CallOptions } from '../../request/execute.ts';
import { getState } from './get-state.ts';
import { hereNow, hereNowPaging } from './here-now.ts';
import { type SetStateParams, type SetStateResult, setState } from './set-state.ts';
import { whereNow } from './where-now.ts';

/** The operations on presence. */
export const presence = defineFeature({
  name: 'presence',
  builders: {
    /** Asks who is present on channels, or anywhere. */
    hereNow: paged(hereNow, hereNowPaging),
    /** Asks on which channels a user is present. */
    whereNow: rest(whereNow),
    /** Sets the user's own presence state. */
    setState: rest(setState, setAndRemember),
    /** Asks for a user's presence state. */
    getState: rest(getState),
  },
});

// Heartbeats and handshakes tell the state again.
async function setAndRemember(
  { executor, engine }: Context,
  given: Given,
  options: CallOptions | undefined,
): Promise<SetStateResult> {
  validate(setState, given, executor.settings);
  // What validation let through is what the endpoint declares.
  const { channels = [], channelGroups = [], state } = given as Values<SetStateParams>;
  const names = [...channels, ...channelGroups];
  return engine.states.during(names, state, () => executor.call(setState, given, options));
}
