import { LIVE_QUEUE_LENGTH } from '../../protocol/limits.ts';
import type { Batch } from '../window/batch.ts';

/** What an answer says beside its batch. */
export interface AnswerFrame {
  readonly region: number;
  /** The client comes back after a long time. */
  readonly late: boolean;
}

/**
 * The JSON text of a subscribe answer (docs/reference/protocol.md, "Envelope"). Its `g` names what was dropped; it is
 * there, and empty, also where a client would else suspect a loss: in a full answer, and after a long absence.
 */
export function subscribeAnswer({ cursor, envelopes, gaps }: Batch, { region, late }: AnswerFrame): string {
  const tells = late || gaps.length > 0 || envelopes.length >= LIVE_QUEUE_LENGTH;
  const told = tells ? `,"g":${JSON.stringify(gaps)}` : '';
  return `{"t":{"t":"${cursor}","r":${region}},"m":[${envelopes.join(',')}]${told}}`;
}
