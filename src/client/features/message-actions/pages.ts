import type { Paging } from '../../builder/paging.ts';
import type { GetMessageActionsParams, GetMessageActionsResult } from './get-message-actions.ts';

/** The actions of a channel, page by page, backwards in time, as far as the server says that there are more. */
export const actionPaging: Paging<GetMessageActionsParams, GetMessageActionsResult> = {
  place: ['start', 'end'],
  pageIn: (_asked, answer) => (answer.data.length > 0 ? answer : undefined),
  // The range of an answer counts: of what was given, either may be the bound that moves.
  next: (_asked, { more }) =>
    more ? [{ start: more.start, ...(more.end !== undefined && { end: more.end }) }] : [],
};
