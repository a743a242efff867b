import { EventKind } from '../../protocol/envelope.ts';
import { withoutPresence } from '../../protocol/names.ts';
import type {
  ActionEvent,
  DeliveredEntry,
  IntervalChanges,
  PresenceEvent,
  Publication,
  UserChange,
} from '../store/entry.ts';
import { millisecondsOf, type Stamp, timetokenOf } from '../store/stamp.ts';

const LINE_BREAKS = /[\r\n]+/g;

/** The log that an entry is of. */
export interface LogName {
  readonly subscribeKey: string;
  /** The region in timetokens. */
  readonly epoch: number;
}

/**
 * The JSON text of an entry's envelope (docs/reference/protocol.md, "Envelope"), without `b`, which differs between
 * subscribers, and without the closing brace. It is one line.
 */
export function envelopeText(entry: DeliveredEntry, { subscribeKey, epoch }: LogName): string {
  const start = `{"a":"1","f":0,"p":{"t":"${entry.tt}","r":${epoch}},"k":${JSON.stringify(subscribeKey)},`;
  return start + membersOf(entry, epoch);
}

function membersOf(entry: DeliveredEntry, epoch: number): string {
  const { tt, channel } = entry;
  switch (entry.kind) {
    case 'action': {
      const { user: publisher } = entry.data;
      const payload = actionPayload(entry.data, tt);
      return printed({ channel, epoch }, { payload, publisher, kind: EventKind.messageAction });
    }
    case 'presence': {
      const { payload, meta } = presenceParts(entry.data, { channel: withoutPresence(channel), tt });
      return printed({ channel, epoch }, { payload, meta });
    }
    default:
      return printed({ channel, epoch }, entry.data);
  }
}

// The payload is delivered as the text that was sent, so that no number loses digits, on one line.
function printed(at: { readonly channel: string; readonly epoch: number }, data: Publication): string {
  const { kind, publisher, sequence, origination, meta, customMessageType, payload } = data;
  let text = '';
  // Absent for messages and presence: some clients read an explicit 0 as a file.
  if (kind !== undefined) text += `"e":${kind},`;
  if (publisher !== undefined) text += `"i":${JSON.stringify(publisher)},`;
  if (sequence !== undefined) text += `"s":${sequence},`;
  if (origination !== undefined) text += `"o":{"t":"${origination}","r":${at.epoch}},`;
  text += `"c":${JSON.stringify(at.channel)},"d":${oneLine(payload)}`;
  if (meta !== undefined) text += `,"u":${oneLine(meta)}`;
  if (customMessageType !== undefined) text += `,"cmt":${JSON.stringify(customMessageType)}`;
  return text;
}

// What is published is JSON, which has line breaks as white space alone: those of its strings are escaped. In a stream of
// events each would begin a line, with a name of its own, in every copy. Mostly there are none, and the text is not copied.
function oneLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replace(LINE_BREAKS, ' ') : json;
}

function actionPayload({ event, message, type, value, action }: ActionEvent, tt: Stamp): string {
  const data = { messageTimetoken: timetokenOf(message), type, value, actionTimetoken: action ?? tt };
  return JSON.stringify({ source: 'actions', version: '1.0', event, data });
}

// `join` and `state-change` carry the state; it is lost with the lease.
function presenceParts(
  data: PresenceEvent,
  { channel, tt }: { readonly channel: string; readonly tt: Stamp },
): Pick<Publication, 'payload' | 'meta'> {
  const state = data.action === 'join' || data.action === 'state-change' ? data.state : undefined;
  const times = timesOf(data, tt);
  const event = data.action === 'interval' ? intervalMembers(data, times) : userMembers(data, times);
  const text = JSON.stringify(event);
  const payload = state === undefined ? text : `${text.slice(0, -1)},"data":${state}}`;
  return { payload, meta: JSON.stringify(mirrored(channel, event, state)) };
}

// Whole seconds, and whole milliseconds.
function timesOf({ seconds }: PresenceEvent, tt: Stamp): object {
  if (seconds !== undefined) return { timestamp: seconds };
  const milliseconds = millisecondsOf(tt);
  return { timestamp: Math.floor(milliseconds / 1000), precise_timestamp: milliseconds };
}

function userMembers({ action, user, occupancy }: UserChange, times: object): object {
  return { action, uuid: user, ...times, occupancy };
}

function intervalMembers(data: IntervalChanges, times: object): object {
  const { action, occupancy, join, leave, timeout, hereNowRefresh } = data;
  const refresh = hereNowRefresh && { here_now_refresh: true };
  return { action, ...times, occupancy, join, leave, timeout, ...refresh };
}

// Clients that read the envelope and not the payload find the event here.
function mirrored(channel: string, event: object, state: string | undefined): object {
  const mirror: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(event)) mirror[`pn_${name}`] = value;
  mirror['pn_ispresence'] = 1;
  mirror['pn_channel'] = channel;
  const states: unknown = state === undefined ? {} : JSON.parse(state);
  // A nested value stays in the payload alone, where it was not read.
  for (const [name, value] of Object.entries(Object(states))) {
    if (typeof value !== 'object' || value === null) mirror[`pn_state_${name}`] = value;
  }
  return mirror;
}
