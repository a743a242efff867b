import type { Clock } from '../../protocol/clock.ts';
import type { WireEnvelope } from '../../protocol/envelope.ts';
import type { Sign } from '../auth/authorizer.ts';
import type { TokenProvider } from '../auth/token-provider.ts';
import type { Abilities } from '../feature.ts';
import type { Fetch, Transport } from '../request/transport.ts';
import type { BackoffPolicy } from '../runtime/backoff.ts';
import type { Logger } from '../runtime/logger.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import type { NetworkEvents, PageEvents } from '../runtime/surroundings.ts';
import type { CryptoModule } from './crypto-module.ts';

/** The reconnection of the subscribe loop after a failure. */
export const PNReconnectionPolicy = {
  /** No reconnection: one failure leads to the state `failed`, until `reconnect()`. */
  NONE: 'NONE',
  /** One to three seconds between attempts. */
  LINEAR: 'LINEAR',
  /** From one or two seconds up to 150, doubling, with full jitter; longer only where the server asks for it. */
  EXPONENTIAL: 'EXPONENTIAL',
} as const;

/** One of the reconnection policies. */
export type PNReconnectionPolicy = (typeof PNReconnectionPolicy)[keyof typeof PNReconnectionPolicy];

/** A custom reconnection policy. Delays in milliseconds. */
export interface CustomReconnectionPolicy {
  /** The longest delay before the given attempt, 1 for the first; full jitter is applied below it. If it throws, the delay is the shortest. */
  delay(attempt: number): number;
  /** Attempts before giving up. @default Infinity */
  readonly maximumRetries?: number;
  /** The shortest delay, with jitter and `Retry-After`. @default 1000 */
  readonly minimumDelay?: number;
  /** The longest delay, except for a `Retry-After` of the server, up to an hour. `Infinity` sets no bound. @default 150000 */
  readonly maximumDelay?: number;
}

/** Options of `new PubNub()` that name the user by the old name of `userId`. */
// Named and declared before `PubNubOptions`: the compiler explains a mistake by the last alternative, which is in the order
// of the names, or in older ones of the declarations.
export interface OptionsWithUuid extends Omit<PubNubOptions, 'userId'> {
  readonly uuid: string;
  readonly userId?: string;
}

/** Options as they are read: the policy as delays and limits. What names the user is still to be checked. */
export interface GivenOptions extends Omit<PubNubOptions, 'userId' | 'reconnectionPolicy'> {
  readonly userId?: string;
  readonly reconnectionPolicy?: BackoffPolicy;
}

/** Options of `new PubNub()`. They are copied: changing the object later changes nothing. */
export interface PubNubOptions {
  /** Key of the application to subscribe with: letters, digits, `-` and `_`. */
  readonly subscribeKey: string;
  /** Key to publish with; needed by `publish`, `fire` and `signal`. */
  readonly publishKey?: string;
  /** The user of this client; stable for a person or device, since presence and billing count it. */
  readonly userId: string;
  /** The old name of `userId`. */
  readonly uuid?: string;
  /** `host`, `host:port`, a full URL, or a list from which one is chosen. @default 'ps.pndsn.com' */
  readonly origin?: string | readonly string[];
  /** Uses HTTPS for an `origin` without a scheme. @default true */
  readonly ssl?: boolean;
  /** Signs every request, which then needs no token: for servers only, never in a browser. */
  readonly secretKey?: string;
  /** Encrypts messages and files with this key: short for `cryptoModule: aesCbcCryptoModule({ cipherKey })`. It hides what is written, and proves nothing. */
  readonly cipherKey?: string;
  /** Encrypts messages and files. @default none, or that of `cipherKey` */
  readonly cryptoModule?: CryptoModule;
  /** Access token sent with every request, or a function that returns one when it is needed; `setToken()` replaces it. */
  readonly token?: string | TokenProvider;
  /** The old name of `token`. */
  readonly authKey?: string;
  /** Selects messages by meta and payload: `lang == 'en'`; `setFilterExpression()` replaces it. @default all */
  readonly filterExpression?: string;
  /** The reconnection of the loop after a failure. @default EXPONENTIAL, without a limit of attempts */
  readonly reconnectionPolicy?: PNReconnectionPolicy | CustomReconnectionPolicy;
  /**
   * `false`: a connection that is lost stays lost. The client is `failed` then, until `reconnect()` or another subscription;
   * from there on, as before the first connection, the policy decides. @default true
   */
  readonly restore?: boolean;
  /** How often a call that may be repeated is repeated after a failure; `execute({ retries })` is for one call. @default 3 */
  readonly retries?: number;
  /** Seconds without a sign of life after which the server announces a timeout; 20 to 320. @default 300 */
  readonly presenceTimeout?: number;
  /** Seconds between heartbeats; `0` sends none. @default none, or `presenceTimeout / 2 - 1` when that is given */
  readonly heartbeatInterval?: number;
  /** Announces the success of a heartbeat as a status. @default false */
  readonly announceSuccessfulHeartbeats?: boolean;
  /** Announces the failure of a heartbeat as a status. @default true */
  readonly announceFailedHeartbeats?: boolean;
  /** Sends no leave when a name is unsubscribed. @default false */
  readonly suppressLeaveEvents?: boolean;
  /**
   * Sends a leave when the page is closed, left or frozen, and rejoins when it is back. A leave is the user's, also if another
   * tab of the user stays, unless `useInstanceId` tells them apart. @default false
   */
  readonly leaveOnPageHide?: boolean;
  /** Repeats the state given at subscribe with each handshake and heartbeat. @default true */
  readonly maintainPresenceState?: boolean;
  /** Seconds to wait for an answer, long polls excepted. @default 15 */
  readonly transactionalRequestTimeout?: number;
  /** Seconds to wait for a long poll; below 300, where Node's fetch gives up by itself. @default 290 */
  readonly subscribeRequestTimeout?: number;
  /** Seconds to upload or download the bytes of a file; `Infinity` sets no bound. @default 300 */
  readonly fileRequestTimeout?: number;
  /** The number of attempts of `sendFile()` to publish the message of an uploaded file. @default 5 */
  readonly fileUploadPublishRetryLimit?: number;
  /** Gives each message without an `id` one of the client's own, so that a publish is repeated as a safe call is. @default false */
  readonly idempotentPublishing?: boolean;
  /** Adds a random `requestid` to each request. @default true */
  readonly useRequestId?: boolean;
  /**
   * Adds an `instanceid` to each request, which is the client's own: presence then lasts until the last of the user's clients is
   * gone, and the leave of one takes no other out. @default false
   */
  readonly useInstanceId?: boolean;
  /** Delivers copies of an entry once. @default true */
  readonly dedupeOnSubscribe?: boolean;
  /** The number of newest entries that are searched for copies. @default 1000 */
  readonly maximumCacheSize?: number;
  /** The number of entries in one answer from which on others may have been dropped. @default 100 */
  readonly requestMessageCountThreshold?: number;
  /** Seconds that the server keeps undelivered messages: a longer absence is announced as a possible gap. @default 600 */
  readonly liveRetention?: number;
  /** `history`: fetches messages that the server's live queue has lost, before newer ones are delivered. @default 'none' */
  readonly recovery?: 'none' | 'history';
  /** How the loop receives: by long polls, or over one stream of events; `auto`: over a stream where the origin offers one and it gets through, else by polls. @default 'poll' */
  readonly receive?: 'poll' | 'stream' | 'auto';
  /** Reacts to the browser's `online` and `offline` events. @default true */
  readonly listenToBrowserNetworkEvents?: boolean;
  /** Receives log lines, without keys and tokens of eight characters or more. @default nowhere */
  readonly logger?: Logger;
  /** Replaces `globalThis.fetch` below ky. */
  readonly fetch?: Fetch;
  /** Replaces the whole HTTP layer, for example by `nodeTransport()` of `timetoken/node`. */
  readonly transport?: Transport;
  /** Time. @default the runtime's */
  readonly clock?: Clock;
  /** Random numbers from 0 up to 1, for jitter and ids. @default Math.random */
  readonly random?: () => number;
  /** Reports changes of the network. @default the browser's events, where there is a browser */
  readonly networkEvents?: NetworkEvents;
  /** Reports that the page is hidden for good, cached or frozen, and that it is back: the client receives nothing meanwhile. It is called once, when the client is made, and may report at once. @default the browser's events, where there is a page */
  readonly pageEvents?: PageEvents;
  /** Freezes payloads deeply before the listeners, which share them, get them; the test kit sets it. @default false */
  readonly freezePayloads?: boolean;
  /** Is called with each entry that the program gets, decrypted, once: before its first listener, or when it is first read from `messages()`; the test kit sets it. @default none */
  readonly onDelivered?: (
    entry: WireEnvelope,
    client: { readonly userId: string; readonly subscribeKey: string },
  ) => void;
}

/** Switches that are passed on as they are. */
type Switched =
  | 'announceSuccessfulHeartbeats'
  | 'announceFailedHeartbeats'
  | 'suppressLeaveEvents'
  | 'leaveOnPageHide'
  | 'maintainPresenceState'
  | 'idempotentPublishing'
  | 'restore'
  | 'useRequestId'
  | 'useInstanceId'
  | 'freezePayloads';

/** The options, checked, completed and frozen. Times in milliseconds. */
export interface Settings
  extends Readonly<
      Required<
        Pick<
          PubNubOptions,
          Switched | 'subscribeKey' | 'publishKey' | 'userId' | 'recovery' | 'receive' | 'retries' | 'random'
        >
      >
    >,
    Partial<Pick<Abilities, 'encryption' | 'keeper' | 'history' | 'lookUp' | 'receiver' | 'hints'>> {
  /** Scheme, host and port, without a slash at the end. */
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly tokenProvider: TokenProvider | undefined;
  readonly secretKey?: string | undefined;
  readonly cipherKey: string | undefined;
  readonly crypto: CryptoModule | undefined;
  /** In a client with a secret key. */
  readonly sign: Sign | undefined;
  readonly filterExpression?: string | undefined;
  readonly reconnection: BackoffPolicy;
  readonly presenceTimeoutSeconds: number;
  /** 0: no heartbeats. */
  readonly heartbeatInterval: number;
  readonly requestTimeout: number;
  readonly pollTimeout: number;
  readonly fileTimeout: number;
  /** Attempts in all. */
  readonly filePublishAttempts: number;
  /** 0: copies are delivered. */
  readonly dedupeEntries: number;
  readonly countThreshold: number;
  readonly liveRetention: number;
  readonly logger?: Logger | undefined;
  readonly onDelivered?: PubNubOptions['onDelivered'] | undefined;
  readonly transport: Transport;
  readonly clock: SteadyClock;
  readonly networkEvents: NetworkEvents | undefined;
  readonly pageEvents: PageEvents | undefined;
}
