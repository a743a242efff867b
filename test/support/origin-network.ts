import {
  createOrigin,
  type Interruption,
  type OriginOptions,
  type OriginRequest,
} from '../../src/origin/index.ts';
import type { WireSubscribeAnswer } from '../../src/protocol/envelope.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

/** What a test may add to a request. */
export interface RequestParts {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly interruption?: Interruption;
}

/** An answer with its body parsed, as far as it is JSON. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** An interruption that a test pulls. */
export class TestInterruption implements Interruption {
  aborted = false;
  readonly callbacks = new Set<() => void>();

  onAbort(callback: () => void): () => void {
    this.callbacks.add(callback);
    return () => this.callbacks.delete(callback);
  }

  abort(): void {
    this.aborted = true;
    for (const callback of this.callbacks) callback();
  }
}

/** The same query as `?a=b`, encoded; what is `undefined` is left out. */
export function queryText(query: Readonly<Record<string, string | number | undefined>>): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined);
  return set.length === 0
    ? ''
    : `?${set.map(([name, value]) => `${name}=${encodeURIComponent(`${value}`)}`).join('&')}`;
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** An origin on a virtual clock, and short ways to talk to it. */
export function originNetwork(options: OriginOptions = {}) {
  const clock = new VirtualClock();
  const origin = createOrigin({ clock, random: () => 0.5, ...options });

  const send = async (target: string, parts: RequestParts = {}): Promise<Reply> => {
    const answer = await origin.handle(plainRequest(target, parts));
    return {
      status: answer.status,
      contentType: answer.contentType,
      text: answer.body,
      json: parsed(answer.body),
      headers: answer.headers ?? {},
    };
  };
  const publish = async (channel: string, message: unknown, query: Query = {}): Promise<string> => {
    const text = encodeURIComponent(JSON.stringify(message));
    const reply = await send(
      `/publish/demo/demo/0/${encodeURIComponent(channel)}/0/${text}${queryText(query)}`,
    );
    if (reply.status !== 200) throw new Error(`Publish was answered with ${reply.status}: ${reply.text}`);
    return (reply.json as [number, string, string])[2];
  };
  const subscribe = async (names: string, query: Query = {}, parts: RequestParts = {}) => {
    const reply = await send(`/v2/subscribe/demo/${encodeURIComponent(names)}/0${queryText(query)}`, parts);
    if (reply.status !== 200) throw new Error(`Subscribe was answered with ${reply.status}: ${reply.text}`);
    return reply.json as WireSubscribeAnswer;
  };
  const presence = (names: string, verb: 'heartbeat' | 'leave', query: Query = {}) =>
    send(`/v2/presence/sub-key/demo/channel/${encodeURIComponent(names)}/${verb}${queryText(query)}`);
  /** Adds channels to a group. */
  const group = (name: string, channels: string) =>
    send(
      `/v1/channel-registration/sub-key/demo/channel-group/${encodeURIComponent(name)}${queryText({ add: channels })}`,
    );
  /** Everything published since the cursor, without waiting for more. */
  const drain = async (names: string, tt: string, query: Query = {}) => {
    const interruption = new TestInterruption();
    const answer = subscribe(names, { tt, ...query }, { interruption });
    await settle(1);
    interruption.abort();
    return answer;
  };
  return { clock, origin, send, publish, subscribe, presence, group, drain };
}

/** A plain request, as an adapter would make it. */
export function plainRequest(target: string, parts: RequestParts = {}): OriginRequest {
  const { method = 'GET', headers = {}, body = '', interruption } = parts;
  return {
    method,
    target,
    header: (name) => headers[name],
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    interruption,
  };
}

/** Whether a promise has settled once everything that can happen without time passing has happened. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const done = () => {
    pending = false;
  };
  promise.then(done, done);
  await settle();
  return pending;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
