import { publishRefusal } from '../../http/refusals.ts';
import type { Call } from '../route.ts';

const HOURS = /^\d{1,9}$/;
const MS_PER_HOUR = 3_600_000;

/** For how long history keeps a message. */
export interface Keeping {
  /** Milliseconds; absent: as long as the origin keeps messages by default. */
  readonly keepMs?: number;
}

/**
 * Whether and for how long history keeps what is published (docs/reference/protocol.md, "Publish"); `undefined`: not at
 * all. Throws a `Refusal` on a `ttl` that is no number of hours.
 */
export function keepingOf({ query, services }: Call): Keeping | undefined {
  const hours = query.text('ttl') ?? '0';
  if (!HOURS.test(hours)) throw publishRefusal('Invalid ttl', services.clock.now());
  const store = query.text('store');
  if (store === '0' || store === 'false') return undefined;
  return Number(hours) === 0 ? {} : { keepMs: Number(hours) * MS_PER_HOUR };
}
