import type { OriginLimits } from '../limits.ts';
import type { Router } from '../routes/router.ts';
import { parseTarget, type RequestLine } from './request.ts';

/**
 * How many bytes of a request's body count: what its operation says, or what all others take. A body that is longer is
 * refused by the operation itself if it says so, else before any operation sees it.
 */
export function bodyLimiter(router: Router, limits: OriginLimits): (request: RequestLine) => number {
  return ({ method, target }) => {
    try {
      const { route } = router.match(method, parseTarget(target, limits.parameters));
      return route.bodyBytes?.(limits) ?? limits.bodyBytes;
    } catch {
      // It is refused all the same when its turn comes.
      return limits.bodyBytes;
    }
  };
}
