import type { Paging } from '../../builder/paging.ts';
import type { MetadataPage } from './metadata.ts';
import type { PageParams } from './parameters.ts';

/**
 * A list, page by page, forwards. The last page says where to go on as well: what follows it is empty, and leads nowhere,
 * or to itself.
 */
export function metadataPaging<T>(): Paging<PageParams, MetadataPage<T>> {
  return {
    place: ['page'],
    // The caller's object may change between two pages; and of a whole answer, only this much is a place.
    first: ({ page }) => (page ? { page: { next: page.next, prev: page.prev } } : {}),
    pageIn: (_asked, answer) => (answer.data.length > 0 ? answer : undefined),
    next: ({ page }, { data, next }) =>
      next === undefined || (data.length === 0 && next === page?.next) ? [] : [{ page: { next } }],
  };
}
