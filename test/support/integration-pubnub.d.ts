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
      readonly useInstanceId?: boolean;
      readonly cipherKey?: string;
      readonly useRandomIVs?: boolean;
      readonly restore?: boolean;
      readonly keepAlive?: boolean;
      readonly dedupeOnSubscribe?: boolean;
      readonly subscribeRequestTimeout?: number;
      readonly filterExpression?: string;
      readonly secretKey?: string;
      readonly authKey?: string;
    });
    addListener(listener: {
      message?(event: PeerMessage): void;
      signal?(event: PeerMessage): void;
      file?(event: PeerMessage & { readonly file: PeerFile & { readonly url: string } }): void;
      presence?(event: PeerPresence): void;
      status?(status: PeerStatus): void;
      objects?(event: PeerObjects): void;
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
    sendFile(parameters: {
      readonly channel: string;
      readonly file: { readonly data: Buffer; readonly name: string; readonly mimeType?: string };
      readonly message?: unknown;
      readonly cipherKey?: string;
      readonly meta?: object;
      readonly ttl?: number;
      readonly storeInHistory?: boolean;
    }): Promise<PeerFile & { readonly timetoken: string }>;
    publishFile(parameters: {
      readonly channel: string;
      readonly fileId: string;
      readonly fileName: string;
      readonly message?: unknown;
    }): Promise<{ readonly timetoken: string }>;
    listFiles(parameters: {
      readonly channel: string;
      readonly limit?: number;
      readonly next?: string;
    }): Promise<{ readonly data: readonly object[]; readonly next: string | null; readonly count: number }>;
    getFileUrl(parameters: PeerFile & { readonly channel: string }): string;
    downloadFile(
      parameters: PeerFile & { readonly channel: string; readonly cipherKey?: string },
    ): Promise<{ toBuffer(): Promise<Buffer> }>;
    deleteFile(parameters: PeerFile & { readonly channel: string }): Promise<{ readonly status: number }>;
    setToken(token: string): void;
    grantToken(parameters: object): Promise<string>;
    revokeToken(token: string): Promise<object>;
    parseToken(token: string): {
      readonly timestamp: number;
      readonly ttl: number;
      readonly signature: Uint8Array;
    };
    grant(parameters: object): Promise<object>;
    audit(parameters: object): Promise<object>;
    setFilterExpression(expression: string): void;
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
    readonly push: {
      addChannels(parameters: PeerDevice & { readonly channels: readonly string[] }): Promise<unknown>;
      removeChannels(parameters: PeerDevice & { readonly channels: readonly string[] }): Promise<unknown>;
      listChannels(parameters: PeerDevice): Promise<{ readonly channels: readonly string[] }>;
      deleteDevice(parameters: PeerDevice): Promise<unknown>;
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
    readonly objects: Readonly<Record<PeerObjectCall, (parameters: object) => Promise<object>>>;
    stop(): void;
  }
  export interface PeerFile {
    readonly id: string;
    readonly name: string;
  }
  export interface PeerDevice {
    readonly device: string;
    readonly pushGateway: 'gcm' | 'apns' | 'apns2';
    readonly topic?: string;
    readonly environment?: 'development' | 'production';
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
  export type PeerObjectCall =
    | `${'getAll' | 'get' | 'set' | 'remove'}${'UUID' | 'Channel'}Metadata`
    | `${'get' | 'set' | 'remove'}${'Memberships' | 'ChannelMembers'}`;
  export interface PeerObjects {
    readonly channel: string;
    readonly timetoken: string;
    readonly message: unknown;
  }
  export interface PeerStatus {
    readonly category?: string;
    readonly operation?: string;
    readonly error?: boolean;
    readonly statusCode?: number;
    readonly errorData?: unknown;
  }
  export default PeerClient;
}
