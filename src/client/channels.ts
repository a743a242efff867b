/** The map of a client that has none: any channel, any JSON on publish, `unknown` on receipt. */
export type AnyChannels = Record<string, unknown>;

/** The names that a map spells out, without its index signature. */
export type LiteralKeys<C> = keyof {
  [K in keyof C as string extends K ? never : K extends string ? K : never]: 1;
} &
  string;

/**
 * `'chat.*'` becomes `chat.${string}${string}`; any other key is itself. Two strings are at least one character: `chat.`
 * names nothing of `'chat.*'`.
 */
export type Pattern<K extends string> = K extends `${infer P}.*` ? `${P}.${string}${string}` : K;

/** Names that may be published to: the map's keys, wildcards as patterns; any string under an index signature. */
export type ChannelName<C> = string extends keyof C
  ? string
  : { [K in LiteralKeys<C>]: Pattern<K> }[LiteralKeys<C>];

/** Names that may be subscribed to: what may be published to, and the wildcards themselves. */
export type SubscribableName<C> = ChannelName<C> | LiteralKeys<C>;

/** The payload of a channel: by exact key, else by the longest matching wildcard, else by the index signature. */
export type PayloadOf<C, N extends string> =
  N extends LiteralKeys<C>
    ? C[N]
    : Longest<MatchingWildcards<C, N>> extends infer B
      ? [B] extends [never]
        ? string extends keyof C
          ? C[keyof C & string]
          : never
        : B extends keyof C
          ? C[B]
          : never
      : never;

/** What may be sent to a channel of these names: where there are several, what every one of them takes. */
export type PayloadTo<C, N extends string> =
  // Boxed, so that a payload that is a union stays one; as arguments, the boxes are inferred as their intersection.
  (N extends string ? (sent: { readonly payload: PayloadOf<C, N> }) => void : never) extends (
    sent: infer S extends { readonly payload: unknown },
  ) => void
    ? S['payload']
    : never;

/** A payload as it is received: of bytes, their Base64. */
export type Received<Payload> = Payload extends Uint8Array ? string : Payload;

type MatchingWildcards<C, N extends string> = {
  [K in LiteralKeys<C>]: K extends `${string}.*` ? (N extends Pattern<K> ? K : never) : never;
}[LiteralKeys<C>];

/** Of matching wildcards, the one that no other match refines: `a.b.*` beats `a.*`. */
type Longest<K extends string, All extends string = K> = K extends string
  ? [Extract<Exclude<All, K>, Pattern<K>>] extends [never]
    ? K
    : never
  : never;
