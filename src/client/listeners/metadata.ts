/** Custom fields by name, without nesting. */
export type CustomFields = Readonly<Record<string, string | number | boolean | null>>;

/** The members that users, channels and memberships have in common. */
export interface Described {
  /** Absent unless it was asked for; `null` when there is none. */
  readonly status?: string | null;
  /** Absent unless it was asked for; `null` when there is none. */
  readonly type?: string | null;
  /** Absent unless they were asked for; `null` when there are none. */
  readonly custom?: CustomFields | null;
  /** The time of the last change: RFC 3339, UTC. Absent if the server leaves it out. */
  readonly updated?: string;
  /** Changes with the content; `ifMatchesEtag` takes it. Absent if the server leaves it out. */
  readonly eTag?: string;
}

/** The metadata of a user. */
export interface UuidMetadata extends Described {
  /** The user. */
  readonly id: string;
  /** A name to show. */
  readonly name?: string | null;
  /** The user's id in another system. */
  readonly externalId?: string | null;
  /** Address of a picture. */
  readonly profileUrl?: string | null;
  /** Address for mail. */
  readonly email?: string | null;
}

/** The metadata of a channel. */
export interface ChannelMetadata extends Described {
  /** The channel. */
  readonly id: string;
  /** A name to show. */
  readonly name?: string | null;
  /** What the channel is for. */
  readonly description?: string | null;
}

/** The other side of a membership: its id, and the members that were requested. */
export type Related<T extends { readonly id: string }> = Pick<T, 'id'> & Partial<T>;

/** One channel of a user. */
export interface Membership extends Described {
  /** The channel: its id, and what of its metadata was asked for. */
  readonly channel: Related<ChannelMetadata>;
}

/** One user of a channel. */
export interface ChannelMember extends Described {
  /** The user: the id, and what of the metadata was asked for. */
  readonly uuid: Related<UuidMetadata>;
}
