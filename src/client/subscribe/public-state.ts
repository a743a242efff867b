import type { ClientState } from '../listeners/events.ts';
import type { LoopState } from './state.ts';

/** The state as a program sees it. */
export function publicState({ phase, established, outage }: LoopState): ClientState {
  switch (phase.name) {
    case 'handshaking':
      return outage ? 'reconnecting' : established ? 'connected' : 'connecting';
    case 'receiving':
      return 'connected';
    case 'waiting':
      return 'reconnecting';
    default:
      return phase.name;
  }
}
