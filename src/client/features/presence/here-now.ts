import type { Paging } from '../../builder/paging.ts';
import { paged } from '../../builder/verbs.ts';
import { type HereNowParams, type HereNowResult, hereNowEndpoint } from '../../presence/here-now.ts';

// The offset counts in each channel by itself, so that only one channel can be read to its end.
const paging: Paging<HereNowParams, HereNowResult> = {
  place: ['offset'],
  problem: ({ channels = [], channelGroups = [], includeUuids, limit }) => {
    if (new Set(channels).size !== 1 || channelGroups.length > 0)
      return 'pages() needs exactly one channel and no groups';
    return includeUuids === false || limit === 0 ? 'pages() needs users to list' : undefined;
  },
  next: (_asked, { channels }) => {
    const [channel] = Object.values(channels);
    const offset = channel?.next;
    // A server that lists nobody although there are more would be asked for the same again.
    return channel && channel.occupants.length > 0 && offset !== undefined ? [{ offset }] : [];
  },
};

/** `hereNow()` as a builder. */
export const hereNow = paged(hereNowEndpoint, paging);
