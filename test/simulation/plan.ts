import type { ClientState, PubNubOptions } from '../../src/index.ts';
import type { World } from './world.ts';

/** What a program does within a handler, or a script between two steps. */
export type Deed =
  | { readonly do: 'subscribe'; readonly id: string; readonly wish: Wish }
  | { readonly do: 'unsubscribe'; readonly id: string }
  | {
      readonly do: 'unsubscribe-names';
      readonly channels: readonly string[];
      readonly groups: readonly string[];
    }
  | { readonly do: 'unsubscribe-all' }
  | { readonly do: 'disconnect' }
  | { readonly do: 'reconnect' }
  | { readonly do: 'disconnect-reconnect'; readonly times: number }
  | { readonly do: 'set-token'; readonly token: string }
  | { readonly do: 'publish'; readonly channel: string }
  | { readonly do: 'until'; readonly state: ClientState };

/** What only a handler can do. */
export type HandlerDeed = Deed | { readonly do: 'throw' | 'reject' | 'remove-itself' };

/** Where a subscription starts. */
export type StartWish =
  /** At the timetoken of the message that is so many before the last one. */
  | { readonly at: 'message'; readonly back: number }
  /** So many milliseconds ago; as a timetoken, or as a `Date`. */
  | { readonly at: 'ago' | 'date'; readonly ms: number }
  /** At the cursor that was kept last. */
  | { readonly at: 'cursor' }
  /** With so many stored messages. */
  | { readonly at: 'last'; readonly count: number };

/** What a subscription is asked for. */
export interface Wish {
  readonly channels: readonly string[];
  readonly groups: readonly string[];
  readonly presence: boolean;
  readonly start?: StartWish;
  readonly recovery?: 'none' | 'history';
}

/** What goes wrong with one request. */
export type Fault =
  /** The server never hears of it. */
  | { readonly with: 'refused' | 'reset' }
  /** The server does what it is asked to, and the answer is lost. */
  | { readonly with: 'lost' }
  /** Half of the answer arrives. */
  | { readonly with: 'truncated' }
  /** The answer comes so many milliseconds late. */
  | { readonly with: 'delayed'; readonly by: number }
  /** There is never an answer. */
  | { readonly with: 'hanging' }
  /** Something else answers in the server's place. */
  | { readonly with: 'status'; readonly status: number; readonly body: string; readonly retryAfter?: string }
  /** The last answer to a request like this one, from no later a timetoken, comes once more. */
  | { readonly with: 'replayed' };

/** What a request is for. */
export type RequestKind =
  | 'handshake'
  | 'poll'
  /** Beside the loop: whether there is anything at its cursor. */
  | 'question'
  | 'leave'
  | 'heartbeat'
  | 'history'
  | 'groups'
  | 'publish'
  | 'other';

/** What an iterator does: reads on, waits to be asked for messages, or is forgotten after the first. */
export type ReaderKind = 'eager' | 'pulled' | 'forgotten';

export type ReaderOverflow = 'pause' | 'drop-oldest' | 'drop-newest' | 'error';

/** Events to which handlers are added. */
export type ReactTo = 'message' | 'presence' | 'status' | 'gap' | 'state' | 'listenerError';

/** What the world does, and what is done to it. */
export type Happening =
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'turn' }
  | {
      readonly do: 'tell';
      readonly channel: string;
      readonly count: number;
      readonly like: 'unique' | 'same';
    }
  | { readonly do: 'tell-signal'; readonly channel: string }
  | { readonly do: 'tell-presence'; readonly channel: string; readonly user: string; readonly joins: boolean }
  /** Foreign origin: several messages of one timetoken. */
  | { readonly do: 'tell-twins'; readonly channel: string; readonly differ: 'payload' | 'meta' | 'type' }
  /** Foreign origin: a message that another region took. */
  | { readonly do: 'tell-elsewhere'; readonly channel: string }
  | {
      readonly do: 'group';
      readonly group: string;
      readonly add: readonly string[];
      readonly remove: readonly string[];
    }
  | { readonly do: 'fault'; readonly kind: RequestKind; readonly fault: Fault }
  | { readonly do: 'latency'; readonly ms: number }
  | { readonly do: 'break-connections' }
  | { readonly do: 'deny'; readonly names: readonly string[]; readonly how: 'named' | 'unnamed' }
  | { readonly do: 'allow' }
  | { readonly do: 'uri-limit'; readonly bytes: number; readonly status: 414 | 431 }
  /** The origin forgets everything and begins anew. */
  | { readonly do: 'restart' }
  | { readonly do: 'other-region' }
  | { readonly do: 'flap'; readonly on: boolean }
  /** Foreign origin: for so long, polls are answered at once with a newer timetoken and copies. */
  | { readonly do: 'copies'; readonly ms: number }
  | { readonly do: 'jump'; readonly ms: number }
  | { readonly do: 'sleep'; readonly ms: number };

/** What the program does, besides deeds that handlers do as well. */
export type Setup =
  | { readonly do: 'keep-cursor' }
  | {
      readonly do: 'read';
      readonly id: string;
      readonly reader: ReaderKind;
      readonly buffer: number;
      readonly overflow: ReaderOverflow;
    }
  | { readonly do: 'pull'; readonly id: string; readonly count: number }
  | {
      readonly do: 'react';
      readonly to: ReactTo;
      /** The subscription at which; the client itself without it. */
      readonly at?: string;
      readonly times: number;
      readonly deed: HandlerDeed;
    };

/** One step of a script. */
export type Step = Deed | Happening | Setup;

/** What a world is like from its beginning. */
export interface Setting {
  /** Ours with room for everything, ours with small queues, or one that shares no code with ours. */
  readonly origin: 'roomy' | 'tight' | 'foreign';
  /** Live entries of one channel, except in a roomy origin. */
  readonly queue: number;
  /** Milliseconds after which a message is in the history of a foreign origin. */
  readonly historyLag: number;
  /** Milliseconds by which the clock of the foreign origin's second region is off, and for which entries travel. */
  readonly regionSkew: number;
  readonly regionDelay: number;
  /** Milliseconds that a request takes each way. */
  readonly latency: number;
  readonly policy: 'default' | 'linear' | 'three-attempts';
  readonly heartbeats: boolean;
  readonly recovery: 'none' | 'history';
  /** Whether everything works again at the end; if not, the client is closed as it is. */
  readonly heals: boolean;
}

/** A look at a world in between, or something that only happens in it; returns what is wrong. */
export type Look = (world: World) => readonly string[] | undefined | Promise<readonly string[] | undefined>;

/** A world and what happens in it. */
export interface Plan {
  readonly setting: Setting;
  /** Scripts of seeds have no looks: they are plain data. */
  readonly steps: readonly (Step | Look)[];
  /** Options of the client, besides those of the setting. */
  readonly options?: Partial<PubNubOptions>;
}
