import { presenceNameOf } from '../../protocol/names.ts';
import { envelopeBody } from './envelope-body.ts';
import type { AppendRequest } from './log.ts';
import type { PresenceChange } from './store.ts';

/**
 * The log entry of a change of presence (docs/reference/protocol.md, "Presence events"). `join` and
 * `state-change` carry the state; it is lost with the lease.
 */
export function presenceRequest(change: PresenceChange, now: number): AppendRequest {
  const { channel, action, user, occupancy, state } = change;
  const event = JSON.stringify({ action, timestamp: presenceTime(now), uuid: user, occupancy });
  const hasState = state !== undefined && (action === 'join' || action === 'state-change');
  return presenceEntry(channel, hasState ? `${event.slice(0, -1)},"data":${state}}` : event);
}

/** The log entry of any presence event of a channel, given as JSON text. */
export function presenceEntry(channel: string, payload: string): AppendRequest {
  const name = presenceNameOf(channel);
  return { channel: name, kind: 'presence', body: envelopeBody({ channel: name, payload }) };
}

/** A time in presence events: whole seconds. */
export function presenceTime(now: number): number {
  return Math.floor(now / 1000);
}
