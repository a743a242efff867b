import { type EnvelopeParts, envelopeBody } from '../origin/store/envelope-body.ts';
import type { AppendRequest } from '../origin/store/log.ts';
import { presenceEntry } from '../origin/store/presence-entry.ts';
import { EventKind } from '../protocol/envelope.ts';
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
      const parts = { ...sent(line), payload: json(line['message']), kind: EventKind.signal };
      return { channel, kind: 'signal', body: envelopeBody({ channel, ...parts }) };
    }
    case 'presence':
      return presenceEntry(
        channel,
        presenceOf(line),
        line['state'] === undefined ? undefined : json(line['state']),
      );
    case 'messageAction': {
      const parts = { publisher: text(line['publisher']), payload: json(actionOf(line, renamed)) };
      return {
        channel,
        kind: 'action',
        body: envelopeBody({ channel, kind: EventKind.messageAction, ...parts }),
      };
    }
    case 'objects': {
      const payload = json(line['message']);
      return { channel, kind: 'object', body: envelopeBody({ channel, kind: EventKind.objects, payload }) };
    }
  }
}

function stored(channel: string, parts: Omit<EnvelopeParts, 'channel'>): AppendRequest {
  return { channel, kind: 'message', body: envelopeBody({ channel, ...parts }), history: parts };
}

function sent({ publisher, userMetadata, customMessageType }: Line) {
  const meta = userMetadata === undefined ? undefined : json(userMetadata);
  return { publisher: text(publisher), meta, customMessageType: text(customMessageType) };
}

function fileOf({ message, file }: Line): unknown {
  return { message, file };
}

function presenceOf({ event, timestamp, uuid, occupancy, ...line }: Line) {
  const lists = { join: line['joined'], leave: line['left'], timeout: line['timedOut'] };
  const named = Object.entries(lists).filter(([, users]) => Array.isArray(users) && users.length > 0);
  const refresh = line['hereNowRefresh'] === true && { here_now_refresh: true };
  return { action: event, timestamp, uuid, occupancy, ...Object.fromEntries(named), ...refresh };
}

function actionOf({ event, data }: Line, renamed: Renamed): unknown {
  const { type, value, actionTimetoken, messageTimetoken } = Object(data);
  const message = renamed.get(String(messageTimetoken)) ?? messageTimetoken;
  const action = { messageTimetoken: message, type, value, actionTimetoken };
  return { source: 'actions', version: '1.0', event, data: action };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
