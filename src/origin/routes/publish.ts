import type { Clock } from '../../protocol/clock.ts';
import { EventKind } from '../../protocol/envelope.ts';
import { isPresenceName } from '../../protocol/names.ts';
import { MAX_PUBLISH_ID_LENGTH, PUBLISH_ID_MEMBER } from '../../protocol/publish-id.ts';
import { type Answer, accessRefusal, ok, publishRefusal } from '../http/answer.ts';
import { bodyText, byteLength, parseJson } from '../http/body.ts';
import { largeMessageBytes, type OriginLimits } from '../limits.ts';
import type { Shard } from '../shard.ts';
import { whenThere } from '../soon.ts';
import { channelOf, isOn, needsOnChannel, numberOf, shardOf, userOf } from './read.ts';
import type { Call, Route } from './route.ts';

const PTTO = /^\d{17}$/;
const SEQUENCE = /^\d{1,15}$/;
const CUSTOM_TYPE = /^[A-Za-z0-9][A-Za-z0-9_-]{2,49}$/;
const RESERVED_TYPE = /^pn[_-]/i;
const MS_PER_HOUR = 3_600_000;
const TOO_LARGE = 'Message Too Large';

/** A payload to publish. */
export interface Publication {
  readonly channel: string;
  readonly kind: 'message' | 'signal' | 'file';
  /** JSON text. */
  readonly text: string;
}

/** Publish with the message in the path; `fire` is the same (docs/reference/protocol.md, "Publish"). */
export const publish = publishInPath('publish', {
  kind: 'message',
  path: '/publish/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}/{message}',
});

/** A small message that is never stored (docs/reference/protocol.md, "Signal"). */
export const signal = publishInPath('signal', {
  kind: 'signal',
  path: '/signal/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}/{message}',
});

/** Announces a file on a channel, whether it exists or not (docs/reference/protocol.md, "Files"). */
export const publishFile = publishInPath('publish-file', {
  kind: 'file',
  path: '/v1/files/publish-file/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}/{message}',
});

/** Publish with the message in the body, compressed or not. */
export const publishPost = publishInBody('', ({ messageBytes }) => messageBytes);

/** Publish of a large message: some clients use it for messages that the other calls refuse. */
export const publishLarge = publishInBody('/v2', largeMessageBytes);

function publishInPath(
  operation: string,
  { kind, path }: Pick<Publication, 'kind'> & Pick<Route, 'path'>,
): Route {
  return {
    operation,
    method: 'GET',
    path,
    needs: needsOnChannel('write'),
    handle: (call) => whenThere(shardOf(call), (shard) => publishMessage(shard, call, kind)),
  };
}

function publishMessage(shard: Shard, call: Call, kind: Publication['kind']): Promise<Answer> {
  const channel = targetOf(shard, call);
  const { limits, clock } = call.services;
  const text = call.segment('message');
  const isSignal = kind === 'signal';
  if (isLongerThan(isSignal ? limits.signalBytes : limits.messageBytes, text))
    throw publishRefusal(isSignal ? 'Signal size too large' : TOO_LARGE, clock);
  return publishTo(shard, call, { channel, kind, text });
}

function publishInBody(version: '' | '/v2', bytes: (limits: OriginLimits) => number): Route {
  return {
    operation: 'publish',
    method: 'POST',
    path: `${version}/publish/{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}`,
    needs: needsOnChannel('write'),
    ...(version && { bodyBytes: (limits) => Math.max(bytes(limits), limits.bodyBytes) }),
    async handle(call) {
      const { limits, clock } = call.services;
      const shard = await shardOf(call);
      const channel = targetOf(shard, call);
      const body = await bodyText(call.request.body, bytes(limits));
      if (body === 'too-large') throw publishRefusal(TOO_LARGE, clock);
      if (body === 'invalid') throw publishRefusal('Invalid JSON', clock);
      return publishTo(shard, call, { channel, kind: 'message', text: body.text });
    },
  };
}

// The channel to publish to. Throws a `Refusal` if the keys or the channel do not allow it.
function targetOf(shard: Shard, call: Call): string {
  const { keysets, clock } = call.services;
  const keyProblem = keysets.publishProblem(shard.subscribeKey, call.segment('publishKey'), clock);
  if (keyProblem) throw keyProblem;
  const channel = channelOf(call);
  if (!isPresenceName(channel)) return channel;
  throw accessRefusal(400, 'Invalid Channel: presence events come from the origin only', {
    channels: [channel],
  });
}

// The payload is delivered as the text that was sent, so that no number loses digits.
function publishTo(shard: Shard, call: Call, { channel, kind, text }: Publication): Promise<Answer> {
  const { query, services } = call;
  const { metrics, clock } = services;
  refuseInvalid(kind, jsonOf(text, clock), clock);
  const meta = kind === 'signal' ? undefined : metaOf(call);
  const publisher = userOf(call);
  const ptto = query.text('ptto');
  if (ptto !== undefined && !PTTO.test(ptto)) throw publishRefusal('Invalid ptto: it has 17 digits', clock);
  const retention = kind === 'signal' ? undefined : retentionOf(call);
  const data = {
    payload: text,
    publisher,
    meta: meta?.text,
    customMessageType: customTypeOf(call),
    kind: kind === 'message' ? undefined : EventKind[kind],
    sequence: sequenceOf(call),
    origination: ptto,
  };
  const deliver = !isOn(query, 'norep');
  // What nobody may miss has no id: a later publish with it would be taken for its copy.
  const isPassing = !deliver && retention === undefined;
  const publishId =
    isPassing || meta?.id === undefined ? undefined : JSON.stringify([publisher, channel, meta.id]);
  const entryKind = kind === 'signal' ? kind : 'message';
  const request = { channel, kind: entryKind, data, deliver, publishId, history: retention } as const;
  const { log, window } = shard;
  return log.append([request], { floor: window.log.highest }).then(([appended]) => {
    if (appended?.isDuplicate) return ok(`[1,"Sent","${ptto ?? appended.tt}",{"duplicate":true}]`);
    metrics?.published(kind);
    return ok(`[1,"Sent","${ptto ?? appended?.tt}"]`);
  });
}

// A character has three bytes at most.
function isLongerThan(bytes: number, text: string): boolean {
  return text.length * 3 > bytes && (text.length > bytes || byteLength(text) > bytes);
}

// Clients read these members of a file message without a check. An encrypted one is a string.
function refuseInvalid(kind: Publication['kind'], message: unknown, clock: Clock): void {
  if (kind !== 'file' || typeof message === 'string') return;
  const { id, name } = Object(Object(message).file);
  if (typeof id !== 'string' || typeof name !== 'string') throw publishRefusal('Invalid file message', clock);
}

function sequenceOf({ query }: Call): number | undefined {
  const sequence = query.text('seqn');
  return sequence !== undefined && SEQUENCE.test(sequence) ? Number(sequence) : undefined;
}

interface Meta {
  readonly text: string;
  readonly id: string | undefined;
}

function metaOf({ query, services }: Call): Meta | undefined {
  const text = query.text('meta');
  const meta = text === undefined ? null : jsonOf(text, services.clock);
  if (text === undefined || meta === null) return undefined;
  const id =
    typeof meta === 'object' && !Array.isArray(meta)
      ? Object.getOwnPropertyDescriptor(meta, PUBLISH_ID_MEMBER)?.value
      : undefined;
  return { text, id: isPublishId(id) ? id : undefined };
}

function isPublishId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && id.length <= MAX_PUBLISH_ID_LENGTH && id.isWellFormed();
}

function customTypeOf({ query, services }: Call): string | undefined {
  const type = query.text('custom_message_type');
  if (type === undefined || (CUSTOM_TYPE.test(type) && !RESERVED_TYPE.test(type))) return type;
  throw publishRefusal('Invalid custom_message_type', services.clock);
}

// The retention of the message, `{}` being the keyset's default; `undefined` if history does not keep it.
function retentionOf({ query, services }: Call): { readonly keepMs?: number } | undefined {
  const hours = numberOf(query.text('ttl') ?? '0');
  if (hours === undefined) throw publishRefusal('Invalid ttl', services.clock);
  if (!isOn(query, 'store', true)) return undefined;
  return hours === 0 ? {} : { keepMs: hours * MS_PER_HOUR };
}

function jsonOf(text: string, clock: Clock): unknown {
  const value = parseJson(text);
  if (value === undefined) throw publishRefusal('Invalid JSON', clock);
  return value;
}
