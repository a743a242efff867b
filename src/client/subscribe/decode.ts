import {
  EventKind,
  PRESENCE_ACTIONS,
  type PresenceAction,
  type WireEnvelope,
} from '../../protocol/envelope.ts';
import { isPresenceName, withoutPresence } from '../../protocol/names.ts';
import { isTimetoken } from '../../protocol/timetoken.ts';
import { UNREADABLE } from '../crypto/messages.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { Json } from '../json.ts';
import type {
  EventMap,
  PNFileEvent,
  PNMessageActionEvent,
  PNMessageResult,
  PNObjectsEvent,
  PNPresenceEventResult,
} from '../listeners/events.ts';
import { isRecord } from '../read.ts';

/** The kinds of event that an envelope can be. */
export type DeliveredKind = 'message' | 'signal' | 'presence' | 'messageAction' | 'objects' | 'file';

/** A decoded envelope: the name of its event and the event itself. */
export type Decoded = {
  [Kind in DeliveredKind]: { readonly name: Kind; readonly event: EventMap[Kind] };
}[DeliveredKind];

/** Whether an entry of an answer is an envelope, as far as delivery depends on it. */
export function isEnvelope(entry: unknown): entry is WireEnvelope {
  return (
    isRecord(entry) &&
    typeof entry['c'] === 'string' &&
    isRecord(entry['p']) &&
    isTimetoken(entry['p']['t']) &&
    'd' in entry &&
    (entry['b'] === undefined || typeof entry['b'] === 'string')
  );
}

/**
 * Makes the event of an envelope (docs/reference/protocol.md, "Envelope"). Throws a `TypeError` where the payload does
 * not have the shape of its kind.
 */
export function decode(envelope: WireEnvelope): Decoded {
  const { e: kind = EventKind.message, c: channel, d: payload } = envelope;
  switch (kind) {
    case EventKind.message:
      if (isPresenceName(channel))
        return { name: 'presence', event: presenceEvent(envelope, record(payload)) };
      return { name: 'message', event: message(envelope) };
    case EventKind.signal:
      return { name: 'signal', event: message(envelope) };
    case EventKind.objects:
      return { name: 'objects', event: objectsEvent(envelope, record(payload)) };
    case EventKind.messageAction:
      return { name: 'messageAction', event: actionEvent(envelope, record(payload)) };
    case EventKind.file:
      return { name: 'file', event: fileEvent(envelope) };
    default:
      throw new TypeError(`the kind ${String(kind)} is unknown`);
  }
}

/** The group or wildcard that an envelope matched, `null` when the channel itself was subscribed. */
export function subscriptionOf({ b: match, c: channel }: WireEnvelope): string | null {
  return match === undefined || match === channel ? null : withoutPresence(match);
}

function message(envelope: WireEnvelope): PNMessageResult {
  return {
    channel: envelope.c,
    subscription: subscriptionOf(envelope),
    timetoken: envelope.p.t,
    publisher: envelope.i,
    message: envelope.d,
    userMetadata: envelope.u as Json | undefined, // Parsed from JSON, so it is nothing else.
    customMessageType: envelope.cmt,
    ...(UNREADABLE in envelope && PubNubError.is(envelope[UNREADABLE]) && { error: envelope[UNREADABLE] }),
  };
}

function presenceEvent(
  envelope: WireEnvelope,
  payload: Readonly<Record<string, unknown>>,
): PNPresenceEventResult {
  const { action, uuid, timestamp, occupancy, data } = payload;
  if (!isPresenceAction(action)) throw new TypeError('the presence action is unknown');
  return {
    channel: withoutPresence(envelope.c),
    subscription: subscriptionOf(envelope),
    timetoken: envelope.p.t,
    event: action,
    uuid: typeof uuid === 'string' ? uuid : undefined,
    timestamp: Number(timestamp ?? 0),
    occupancy: Number(occupancy ?? 0),
    state: isRecord(data) ? data : undefined,
    // Documents and servers differ in the spelling of the deltas.
    joined: users(payload['join'] ?? payload['joined']),
    left: users(payload['leave'] ?? payload['left']),
    timedOut: users(payload['timeout'] ?? payload['timedout']),
    hereNowRefresh: payload['here_now_refresh'] === true,
  };
}

function actionEvent(
  envelope: WireEnvelope,
  payload: Readonly<Record<string, unknown>>,
): PNMessageActionEvent {
  const { event, data } = payload;
  if (typeof event !== 'string') throw new TypeError('the message action has no event');
  return {
    ...place(envelope),
    publisher: envelope.i,
    event,
    data: { ...record(data), uuid: envelope.i },
  };
}

function objectsEvent(envelope: WireEnvelope, payload: Readonly<Record<string, unknown>>): PNObjectsEvent {
  return { ...place(envelope), message: payload };
}

function fileEvent(envelope: WireEnvelope): PNFileEvent {
  if (UNREADABLE in envelope) throw envelope[UNREADABLE];
  const payload = record(envelope.d);
  const { id, name } = record(payload['file']);
  if (typeof id !== 'string' || typeof name !== 'string') throw new TypeError('the file has no id and name');
  return {
    ...place(envelope),
    publisher: envelope.i,
    message: payload['message'],
    file: { id, name },
    userMetadata: envelope.u as Json | undefined, // Parsed from JSON, so it is nothing else.
    customMessageType: envelope.cmt,
  };
}

function place(envelope: WireEnvelope) {
  return { channel: envelope.c, subscription: subscriptionOf(envelope), timetoken: envelope.p.t };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new TypeError('the payload is not an object');
  return value;
}

function users(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((user) => typeof user === 'string') : [];
}

function isPresenceAction(value: unknown): value is PresenceAction {
  return PRESENCE_ACTIONS.some((action) => action === value);
}
