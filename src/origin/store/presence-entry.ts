import { presenceNameOf } from '../../protocol/names.ts';
import { envelopeBody } from './envelope-body.ts';
import type { AppendRequest } from './log.ts';
import type { PresenceChange } from './store.ts';

/** The members of a presence event but the state. */
export interface PresenceEvent {
  readonly action: unknown;
  readonly [member: string]: unknown;
}

/**
 * The log entry of a change of presence (docs/reference/protocol.md, "Presence events"). `join` and
 * `state-change` carry the state; it is lost with the lease.
 */
export function presenceRequest(change: PresenceChange, now: number): AppendRequest {
  const { channel, action, user, occupancy, state } = change;
  const event = { action, uuid: user, ...presenceTimes(now), occupancy };
  return presenceEntry(channel, event, action === 'join' || action === 'state-change' ? state : undefined);
}

/** The log entry of any presence event of a channel; the state is JSON text. */
export function presenceEntry(channel: string, event: PresenceEvent, state?: string): AppendRequest {
  const name = presenceNameOf(channel);
  const text = JSON.stringify(event);
  const payload = state === undefined ? text : `${text.slice(0, -1)},"data":${state}}`;
  const meta = JSON.stringify(mirrored(channel, event, state));
  return { channel: name, kind: 'presence', body: envelopeBody({ channel: name, payload, meta }) };
}

/** The time of a presence event: whole seconds, and whole milliseconds. */
export function presenceTimes(now: number) {
  return { timestamp: Math.floor(now / 1000), precise_timestamp: Math.floor(now) };
}

// Clients that read the envelope and not the payload find the event here.
function mirrored(channel: string, event: PresenceEvent, state: string | undefined): object {
  const members = Object.entries(event).map(([name, value]) => [`pn_${name}`, value] as const);
  const values = Object.entries(stateOf(state)).filter(([, value]) => isPlain(value));
  const states = values.map(([name, value]) => [`pn_state_${name}`, value] as const);
  return Object.fromEntries([...members, ['pn_ispresence', 1], ['pn_channel', channel], ...states]);
}

function stateOf(state: string | undefined): object {
  return state === undefined ? {} : Object(JSON.parse(state));
}

// A nested value stays in the payload alone, where it was not read.
function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}
