// biome-ignore-all lint/style/noDefaultExport: this is how the package exports its client.
// The client of another maker, as far as the tests call it; it comes without types.
declare module 'pubnub' {
  class PeerClient {
    constructor(options: {
      readonly subscribeKey: string;
      readonly publishKey: string;
      readonly userId: string;
      readonly origin: string;
      readonly ssl: boolean;
      readonly presenceTimeout?: number;
      readonly heartbeatInterval?: number;
      readonly suppressLeaveEvents?: boolean;
      readonly cipherKey?: string;
      readonly useRandomIVs?: boolean;
      readonly restore?: boolean;
    });
    addListener(listener: {
      message?(event: PeerMessage): void;
      signal?(event: PeerMessage): void;
      presence?(event: PeerPresence): void;
      status?(status: PeerStatus): void;
    }): void;
    publish(parameters: {
      readonly channel: string;
      readonly message: unknown;
      readonly meta?: unknown;
      readonly sendByPost?: boolean;
      readonly storeInHistory?: boolean;
    }): Promise<{ readonly timetoken: string }>;
    fire(parameters: {
      readonly channel: string;
      readonly message: unknown;
    }): Promise<{ readonly timetoken: string }>;
    signal(parameters: {
      readonly channel: string;
      readonly message: unknown;
    }): Promise<{ readonly timetoken: string }>;
    time(): Promise<{ readonly timetoken: number }>;
    subscribe(parameters: {
      readonly channels?: readonly string[];
      readonly channelGroups?: readonly string[];
      readonly withPresence?: boolean;
      readonly timetoken?: string;
    }): void;
    unsubscribe(parameters: { readonly channels: readonly string[] }): void;
    readonly channelGroups: {
      addChannels(parameters: PeerGroup & { readonly channels: readonly string[] }): Promise<unknown>;
      removeChannels(parameters: PeerGroup & { readonly channels: readonly string[] }): Promise<unknown>;
      listChannels(parameters: PeerGroup): Promise<{ readonly channels: readonly string[] }>;
      deleteGroup(parameters: PeerGroup): Promise<unknown>;
      listGroups(): Promise<{ readonly groups: readonly string[] }>;
    };
    unsubscribeAll(): void;
    setState(parameters: {
      readonly channels?: readonly string[];
      readonly channelGroups?: readonly string[];
      readonly state: object;
      readonly withHeartbeat?: boolean;
    }): Promise<unknown>;
    getState(parameters: {
      readonly uuid?: string;
      readonly channels?: readonly string[];
      readonly channelGroups?: readonly string[];
    }): Promise<{ readonly channels: unknown }>;
    hereNow(parameters: {
      readonly channels?: readonly string[];
      readonly channelGroups?: readonly string[];
      readonly includeUUIDs?: boolean;
      readonly includeState?: boolean;
      readonly queryParameters?: Readonly<Record<string, string | number>>;
    }): Promise<unknown>;
    whereNow(parameters: { readonly uuid?: string }): Promise<{ readonly channels: readonly string[] }>;
    stop(): void;
  }
  export interface PeerGroup {
    readonly channelGroup: string;
  }
  export interface PeerMessage {
    readonly channel: string;
    readonly subscription: string | null;
    readonly timetoken: string;
    readonly publisher: string;
    readonly message: unknown;
    readonly userMetadata?: unknown;
  }
  export interface PeerPresence {
    readonly action: string;
    readonly channel: string;
    readonly subscription: string | null;
    readonly uuid?: string;
    readonly occupancy: number;
    readonly state?: unknown;
    readonly join?: readonly string[];
  }
  export interface PeerStatus {
    readonly category?: string;
    readonly operation?: string;
    readonly error?: boolean;
  }
  export default PeerClient;
}
