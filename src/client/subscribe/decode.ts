import {
  EventKind,
  PRESENCE_ACTIONS,
  type PresenceAction,
  type WireEnvelope,
} from '../../protocol/envelope.ts';
import { isPresenceName, withoutPresence } from '../../protocol/names.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type {
  EventMap,
  PNFileEvent,
  PNMessageActionEvent,
  PNMessageResult,
  PNPresenceEventResult,
} from '../listeners/events.ts';
import { objectsChange } from '../listeners/objects-change.ts';
import { UNREADABLE } from '../wire/encrypted.ts';
import type { Json } from '../wire/json.ts';
import { withoutPublishId } from '../wire/publish-id.ts';
import { at, isRecord, recordAt, stringAt, timetokenOf } from '../wire/read.ts';

/** Gives the address of a file. */
export type FileUrl = (file: {
  readonly channel: string;
  readonly fileId: string;
  readonly fileName: string;
}) => string;

/** The kinds of event that an envelope can be. */
export type DeliveredKind = 'message' | 'signal' | 'presence' | 'messageAction' | 'objects' | 'file';

/** A decoded envelope: the name of its event and the event itself. */
export type Decoded = {
  [Kind in DeliveredKind]: { readonly name: Kind; readonly event: EventMap[Kind] };
}[DeliveredKind];

/**
 * Makes the event of an envelope (docs/reference/protocol.md, "Envelope"). Throws a `TypeError` where the payload does
 * not have the shape of its kind.
 */
export function decode(envelope: WireEnvelope, fileUrl: FileUrl): Decoded {
  const { e: kind = EventKind.message, c: channel, d: payload } = envelope;
  switch (kind) {
    case EventKind.message:
      if (isPresenceName(channel))
        return { name: 'presence', event: presenceEvent(envelope, recordAt(payload)) };
      return { name: 'message', event: message(envelope) };
    case EventKind.signal:
      return { name: 'signal', event: message(envelope) };
    case EventKind.objects:
      return { name: 'objects', event: { ...place(envelope), message: objectsChange(recordAt(payload)) } };
    case EventKind.messageAction:
      return { name: 'messageAction', event: actionEvent(envelope, recordAt(payload)) };
    case EventKind.file:
      return { name: 'file', event: fileEvent(envelope, fileUrl) };
    default:
      throw new TypeError(`the kind ${String(kind)} is unknown`);
  }
}

/** The group or wildcard that an envelope matched, `null` when the channel itself was subscribed. */
export function subscriptionOf({ b: match, c: channel }: WireEnvelope): string | null {
  return match === undefined || match === channel ? null : withoutPresence(match);
}

function message(envelope: WireEnvelope): PNMessageResult {
  // One literal: spreading parts takes twice as long, and this runs for each message.
  const event: PNMessageResult = {
    channel: envelope.c,
    subscription: subscriptionOf(envelope),
    timetoken: envelope.p.t,
    publisher: textIn(envelope.i),
    // It was parsed from JSON.
    userMetadata: withoutPublishId(envelope.u) as Json | undefined,
    customMessageType: textIn(envelope.cmt),
    message: envelope.d,
  };
  const error = UNREADABLE in envelope ? envelope[UNREADABLE] : undefined;
  return PubNubError.is(error) ? { ...event, error } : event;
}

function presenceEvent(
  envelope: WireEnvelope,
  payload: Readonly<Record<string, unknown>>,
): PNPresenceEventResult {
  const { action, uuid, timestamp, occupancy, data } = payload;
  if (!isPresenceAction(action)) throw new TypeError('the presence action is unknown');
  return {
    ...place(envelope),
    channel: withoutPresence(envelope.c),
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
  if (event !== 'added' && event !== 'removed') throw new TypeError('the message action has no event');
  return {
    ...place(envelope),
    publisher: textIn(envelope.i),
    event,
    data: {
      type: stringAt(data, 'type'),
      value: stringAt(data, 'value'),
      uuid: textIn(envelope.i),
      actionTimetoken: timetokenOf(at(data, 'actionTimetoken')),
      messageTimetoken: timetokenOf(at(data, 'messageTimetoken')),
    },
  };
}

function fileEvent(envelope: WireEnvelope, fileUrl: FileUrl): PNFileEvent {
  if (UNREADABLE in envelope) throw envelope[UNREADABLE];
  const { c: channel, d: payload } = envelope;
  const id = stringAt(payload, 'file', 'id');
  const name = stringAt(payload, 'file', 'name');
  return {
    ...place(envelope),
    ...described(envelope),
    message: at(payload, 'message'),
    // Not enumerable: events are logged and kept, and the address holds the token.
    file: Object.defineProperty({ id, name, url: '' }, 'url', {
      get: () => fileUrl({ channel, fileId: id, fileName: name }),
      enumerable: false,
    }),
  };
}

function place(envelope: WireEnvelope) {
  return { channel: envelope.c, subscription: subscriptionOf(envelope), timetoken: envelope.p.t };
}

// The publisher's metadata.
function described({ i: publisher, u, cmt }: WireEnvelope) {
  // It was parsed from JSON.
  const userMetadata = withoutPublishId(u) as Json | undefined;
  return { publisher: textIn(publisher), userMetadata, customMessageType: textIn(cmt) };
}

// A server may send anything.
function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function users(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((user) => typeof user === 'string') : [];
}

function isPresenceAction(value: unknown): value is PresenceAction {
  return PRESENCE_ACTIONS.some((action) => action === value);
}
