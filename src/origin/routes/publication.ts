import { EventKind } from '../../protocol/envelope.ts';
import { isPresenceName } from '../../protocol/names.ts';
import { type Answer, ok } from '../http/answer.ts';
import { byteLength } from '../http/bytes.ts';
import { accessRefusal, publishRefusal } from '../http/refusals.ts';
import type { Shard } from '../shard.ts';
import { envelopeBody } from '../store/envelope-body.ts';
import { refuseInvalid, shardOf, userOf } from './read.ts';
import type { Call } from './route.ts';
import { keepingOf } from './storage/keeping.ts';

const PTTO = /^\d{17}$/;
const SEQUENCE = /^\d{1,15}$/;
const CUSTOM_TYPE = /^[A-Za-z0-9][A-Za-z0-9_-]{2,49}$/;
const RESERVED_TYPE = /^pn[_-]/i;
// The member of `meta` that names a publish which may be sent again.
const IDEMPOTENCY_MEMBER = 'tt_id';
const MAX_IDEMPOTENCY_LENGTH = 128;

/** What is published, and how. */
export interface Publication {
  readonly kind: 'message' | 'signal' | 'file';
  /** The payload's JSON text. */
  readonly text: string;
}

/** The shard to publish to. Throws a `Refusal` when the keys or the channel do not allow it. */
export async function publishTarget(call: Call): Promise<Shard> {
  const { services, segment } = call;
  const shard = await shardOf(call);
  const keyProblem = services.keysets.publishProblem(
    shard.subscribeKey,
    segment('publishKey'),
    services.clock.now(),
  );
  if (keyProblem) throw keyProblem;
  const channel = segment('channel');
  refuseInvalid('channels', [channel]);
  if (!isPresenceName(channel)) return shard;
  throw accessRefusal(400, 'Invalid Channel: presence events come from the origin only', {
    channels: [channel],
  });
}

/** Publishes a payload, and answers with the timetoken (docs/reference/protocol.md, "Publish"). */
export async function publishTo(shard: Shard, call: Call, { kind, text }: Publication): Promise<Answer> {
  const { query, services, segment } = call;
  const now = services.clock.now();
  parseJson(text, now);
  const meta = kind === 'signal' ? undefined : metaOf(call);
  const publisher = userOf(call);
  const ptto = query.text('ptto');
  if (ptto !== undefined && !PTTO.test(ptto)) throw publishRefusal('Invalid ptto: it has 17 digits', now);
  const channel = segment('channel');
  const keeping = kind === 'signal' ? undefined : keepingOf(call);
  const parts = { payload: text, publisher, meta: meta?.text, customMessageType: customTypeOf(call) };
  const body = envelopeBody({
    ...parts,
    channel,
    kind: kind === 'message' ? undefined : EventKind[kind],
    sequence: sequenceOf(call),
    origination: ptto === undefined ? undefined : { t: ptto, r: shard.epoch },
  });
  const deliver = !isSet(query.get('norep'));
  const dedupeKey = meta?.id === undefined ? undefined : JSON.stringify([publisher, channel, meta.id]);
  const history = keeping && { ...parts, ...keeping, ...(kind === 'file' && { kind: EventKind.file }) };
  const [stamp] = await shard.log.append([
    { channel, kind: kind === 'signal' ? kind : 'message', body, deliver, dedupeKey, history },
  ]);
  return ok(`[1,"Sent","${ptto ?? stamp}"]`);
}

/** Throws a `Refusal` with this text when the payload has more bytes than allowed. */
export function refuseLonger(text: string, maxBytes: number, refusal: { text: string; now: number }): void {
  if (text.length > maxBytes || byteLength(text) > maxBytes) throw publishRefusal(refusal.text, refusal.now);
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
  const meta = text === undefined ? null : parseJson(text, services.clock.now());
  if (text === undefined || meta === null) return undefined;
  const id =
    typeof meta === 'object' ? Object.getOwnPropertyDescriptor(meta, IDEMPOTENCY_MEMBER)?.value : undefined;
  const counts = typeof id === 'string' && id.length <= MAX_IDEMPOTENCY_LENGTH;
  return { text, id: counts ? id : undefined };
}

function customTypeOf({ query, services }: Call): string | undefined {
  const type = query.text('custom_message_type');
  if (type === undefined || (CUSTOM_TYPE.test(type) && !RESERVED_TYPE.test(type))) return type;
  throw publishRefusal('Invalid custom_message_type', services.clock.now());
}

// Clients spell the flag in four ways.
function isSet(flag: string | undefined): boolean {
  return flag === '1' || flag === 'true';
}

// What is delivered is the text as it came, so that no number loses digits.
function parseJson(text: string, now: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw publishRefusal('Invalid JSON', now, error);
  }
}
