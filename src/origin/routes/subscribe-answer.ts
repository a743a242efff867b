import { LIVE_QUEUE_LENGTH } from '../../protocol/limits.ts';
import type { Batch } from '../window/batch.ts';

/**
 * The JSON text of a subscribe answer (docs/reference/protocol.md, "Envelope"). Its `g` names what was dropped; it is
 * there, and empty, also when an answer is so full that a client would else suspect a loss.
 */
export function subscribeAnswer({ cursor, envelopes, gaps }: Batch, region: number): string {
  const tells = gaps.length > 0 || envelopes.length >= LIVE_QUEUE_LENGTH;
  const told = tells ? `,"g":${JSON.stringify(gaps)}` : '';
  return `{"t":{"t":"${cursor}","r":${region}},"m":[${envelopes.join(',')}]${told}}`;
}
