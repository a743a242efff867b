import type { EventName, PubNub, PubNubOptions, TransportRequest } from 'timetoken';
import type { OriginOptions } from '../../src/origin/index.ts';
import type { originNetwork, Reply } from '../support/origin-network.ts';
import type { Answer } from '../support/unit-client.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';

/** The content type of nearly all answers. */
export const PLAIN = 'text/javascript; charset="UTF-8"';
/** That of the access manager. */
export const ACCESS = 'text/javascript; charset=UTF-8';
/** That of App Context, message actions and files. */
export const OBJECTS = 'application/json';

/** An origin, and short ways to talk to it. */
export type Network = ReturnType<typeof originNetwork>;

/** One fact of the protocol: a request, and what both sides make of it. */
export interface Fact {
  /** From 1 to 65. */
  readonly number: number;
  readonly title: string;
  readonly request: RequestLine;
  /** The client's side, or why there is none. */
  readonly client: ClientSide | string;
  /** The origin's side, or why there is none. */
  readonly origin: OriginSide | string;
}

/** What the client is to send, and the origin is sent. Each side fills in what stands as `{name}`. */
export interface RequestLine {
  /** Method and path, encoded. */
  readonly line: string;
  /** Values as they are: not encoded. */
  readonly query?: Readonly<Record<string, string>>;
  /** What is sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a call may look at beside the client. */
export interface ClientWorld {
  readonly clock: VirtualClock;
  readonly requests: readonly TransportRequest[];
}

/** A call of the client: its request is the fact's. */
export interface ClientSide {
  readonly options?: Partial<PubNubOptions>;
  /** What stands for `{name}` in the request. */
  readonly known?: Readonly<Record<string, string>>;
  /** Query of ours that is not the fact's. */
  readonly adds?: Readonly<Record<string, string>>;
  /** Answers to what is sent before the fact's request. */
  readonly earlier?: readonly Answer[];
  call(pubnub: PubNub, world: ClientWorld): Promise<unknown>;
  /** What the service answered; nothing where nothing is sent. */
  readonly answer: Answer | undefined;
  readonly result?: unknown;
  /** Members of the error. */
  readonly failure?: object;
}

/** What the origin answers to the fact's request. */
export interface OriginSide {
  readonly options?: OriginOptions;
  /** What happens before; texts that it returns fill in the request. */
  before?(network: Network): Promise<unknown>;
  /** Query that signs the request. */
  readonly proof?: Readonly<Record<string, string>>;
  /** Query of others that ours has not. */
  readonly adds?: Readonly<Record<string, string>>;
  /** The same request as other clients write it. */
  readonly others?: readonly OtherRequest[];
  readonly status: number;
  readonly contentType?: string;
  /** The answer's JSON, or a pattern of its text. */
  readonly body: unknown;
  /** What has come of it. */
  after?(network: Network, reply: Reply, known: Readonly<Record<string, string>>): Promise<void>;
}

/** A request as another client writes it. */
export interface OtherRequest {
  readonly who: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The first event that a client hears once it has subscribed. */
export function heard(pubnub: PubNub, name: EventName, subscribe: () => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    pubnub.on(name, resolve);
    pubnub.on('invalidMessage', ({ reason }) => reject(new Error(reason)));
    subscribe();
  });
}
