import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Given } from '../../given.ts';
import { type GetMessageActionsResult, getMessageActions } from './get-message-actions.ts';

/** The actions of a channel, page by page, backwards in time, as far as the server says that there are more. */
export async function* actionPages(
  ask: (given: Given) => Promise<GetMessageActionsResult>,
  given: Given,
): AsyncGenerator<GetMessageActionsResult, void, undefined> {
  let place: Timetoken | undefined;
  for (let step = given; ; ) {
    const page = await ask(step);
    if (page.data.length > 0) yield page;
    const { more } = page;
    if (!more) return;
    if (place !== undefined && compareTimetokens(more.start, place) >= 0) throw standstill();
    place = more.start;
    // The range of an answer counts: of what was given, either may be the bound that moves.
    step = { ...step, start: more.start, ...(more.end !== undefined && { end: more.end }) };
  }
}

function standstill(): PubNubError {
  const { operation } = getMessageActions;
  const what = `${operation} failed: the next page is not older than the one before it.`;
  return new PubNubError('PN-4001', what, { operation });
}
