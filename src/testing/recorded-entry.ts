import type { ActionEvent, PresenceEvent, Publication, UserChange } from '../origin/store/entry.ts';
import type { AppendRequest } from '../origin/store/log.ts';
import { EventKind } from '../protocol/envelope.ts';
import { presenceNameOf } from '../protocol/names.ts';
import type { Timetoken } from '../protocol/timetoken.ts';
import type { Line, RecordedEvent } from './recording.ts';

/** The timetokens of replayed messages, by those of the recording. */
export type Renamed = ReadonlyMap<Timetoken, Timetoken>;

/** The log entry from which listeners get a recorded event as the recorder got it. */
export function entryOf({ type, channel, line }: RecordedEvent, renamed: Renamed): AppendRequest {
  switch (type) {
    case 'message':
      return stored(channel, { ...sent(line), payload: json(line['message']) });
    case 'file':
      return stored(channel, { ...sent(line), payload: json(fileOf(line)), kind: EventKind.file });
    case 'signal': {
      const data = { ...sent(line), payload: json(line['message']), kind: EventKind.signal };
      return { channel, kind: 'signal', data };
    }
    case 'presence':
      return { channel: presenceNameOf(channel), kind: 'presence', data: presenceOf(line) };
    case 'messageAction':
      return { channel, kind: 'action', data: actionOf(line, renamed) };
    case 'objects':
      return { channel, kind: 'object', data: { payload: json(line['message']), kind: EventKind.objects } };
  }
}

function stored(channel: string, data: Publication): AppendRequest {
  return { channel, kind: 'message', data, history: {} };
}

function sent({ publisher, userMetadata, customMessageType }: Line) {
  const meta = userMetadata === undefined ? undefined : json(userMetadata);
  return { publisher: text(publisher), meta, customMessageType: text(customMessageType) };
}

function fileOf({ message, file }: Line): unknown {
  return { message, file };
}

function presenceOf(line: Line): PresenceEvent {
  const { event, uuid, occupancy, timestamp, joined: join, left: leave, timedOut: timeout } = line;
  const seconds = typeof timestamp === 'number' ? timestamp : undefined;
  const base = { occupancy: Number(occupancy), seconds };
  if (event === 'interval') {
    const lists = { join: names(join), leave: names(leave), timeout: names(timeout) };
    return { action: event, ...base, ...lists, hereNowRefresh: line['hereNowRefresh'] === true };
  }
  const state = line['state'] === undefined ? undefined : json(line['state']);
  return { action: actionNameOf(event), user: String(uuid), ...base, state };
}

function actionNameOf(event: unknown): UserChange['action'] {
  return event === 'leave' || event === 'timeout' || event === 'state-change' ? event : 'join';
}

function names(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

function actionOf({ event, data, publisher }: Line, renamed: Renamed): ActionEvent {
  const { type, value, actionTimetoken, messageTimetoken } = Object(data);
  return {
    event: event === 'removed' ? event : 'added',
    message: renamed.get(String(messageTimetoken)) ?? String(messageTimetoken),
    user: String(publisher),
    ...{ type: String(type), value: String(value), action: String(actionTimetoken) },
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
