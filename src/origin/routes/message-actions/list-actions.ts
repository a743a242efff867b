import { ZERO_STAMP } from '../../store/stamp.ts';
import type { Route } from '../route.ts';
import { boundsOf, rangeOf } from '../storage/range.ts';
import { countOf } from '../storage/read.ts';
import { found, invalidInput, written } from './answers.ts';
import { ACTIONS_PATH, actionsShard, channelIn, needs } from './read.ts';

const MAX_ACTIONS = 100;

/** Lists the actions of a channel, whatever message they belong to. */
export const listActions: Route = {
  operation: 'list-message-actions',
  method: 'GET',
  path: ACTIONS_PATH,
  needs: needs('read'),
  async handle(call) {
    const { query, request } = call;
    const { actions } = await actionsShard(call);
    const channel = channelIn(call);
    const bounds = boundsOf(query);
    if (!bounds) throw invalidInput('They must be timetokens', 'start, end', 'query');
    const limit = countOf(query, 'limit', MAX_ACTIONS);
    if (limit === undefined) throw invalidInput('It must be a number from 1 on', 'limit', 'query');
    const range = rangeOf(bounds, false);
    const listed = await actions.list(channel, { ...range, max: limit + 1 });
    const page = listed.slice(-limit);
    const data = page.map(written);
    const [oldest] = page;
    if (!oldest || listed.length === page.length) return found({ data });
    // As `start` lies before what was given, `end` must be the older bound, even if it was given as the newer.
    const place = {
      start: oldest.tt,
      ...(range.from !== ZERO_STAMP && { end: range.from }),
      limit,
    };
    const next = new URLSearchParams(Object.entries(place).map(([name, value]) => [name, `${value}`]));
    return found({ data, more: { url: `${request.target.split('?', 1)[0]}?${next}`, ...place } });
  },
};
