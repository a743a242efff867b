import type { Paging } from '../../builder/paging.ts';
import { LARGEST_PAGE, type ListPushChannelsParams, type ListPushChannelsResult } from './push-channels.ts';

/** The channels of a device, page by page, each once, until a page is not full or brings nothing new. */
export const pushChannelPaging: Paging<ListPushChannelsParams, ListPushChannelsResult> = {
  place: ['start'],
  first: ({ count = LARGEST_PAGE }) => ({ count }),
  pageIn: ({ start }, { channels }) => {
    // Some servers begin with `start`, others after it.
    const fresh = channels.slice(start === undefined ? 0 : channels.indexOf(start) + 1);
    return fresh.length > 0 ? { channels: fresh } : undefined;
  },
  next: ({ start, count = LARGEST_PAGE }, { channels }) => {
    const last = channels.at(-1);
    const isFull = channels.length >= Math.min(count, LARGEST_PAGE);
    return isFull && last !== undefined && last !== start ? [{ start: last }] : [];
  },
};
