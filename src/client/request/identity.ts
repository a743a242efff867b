import { VERSION } from '../../version.ts';
import type { Settings } from '../config/options.ts';
import { randomId } from '../runtime/random.ts';
import { encodeSegment } from './path.ts';

/** Makes the query that identifies the client and, if it is to, the single request. */
export function identityOf({ userId, useInstanceId, useRequestId, random }: Settings): () => string {
  let client = '';
  return () => {
    // With the first request, which fails if the program's own source of randomness does.
    client ||= `${useInstanceId ? `instanceid=pn-${randomId(random)}&` : ''}uuid=${encodeSegment(userId)}&pnsdk=${encodeSegment(`Timetoken/${VERSION}`)}`;
    return client + (useRequestId ? `&requestid=${randomId(random)}` : '');
  };
}
