import type { PNOperationType } from '../../../protocol/status.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Given } from '../../given.ts';
import type { MetadataPage } from './metadata.ts';

/** Goes through a list page by page, forwards. The last page says where to go on as well: what follows it is empty. */
export function metadataPages<T>({ operation }: { readonly operation: PNOperationType }) {
  return async function* (
    ask: (given: Given) => Promise<MetadataPage<T>>,
    given: Given,
  ): AsyncGenerator<MetadataPage<T>, void, undefined> {
    for (let step = given, asked: string | undefined; ; ) {
      const page = await ask(step);
      if (page.data.length === 0) return;
      yield page;
      const { next } = page;
      if (next === undefined) return;
      if (next === asked) {
        const what = `${operation} failed: the next page is the same as the one before it.`;
        throw new PubNubError('PN-4001', what, { operation });
      }
      asked = next;
      step = { ...given, page: { next } };
    }
  };
}
