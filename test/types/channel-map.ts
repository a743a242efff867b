import type { PubNub } from 'timetoken';

/** An interface: it has no index signature, and is JSON all the same. */
export interface Chat {
  text: string;
  at?: number;
}

export interface Order {
  id: number;
  lines: readonly { sku: string; n: number }[];
}

export interface Command {
  command: string;
}

/** A closed map with wildcards inside wildcards and an exact name under none. */
export interface Shop {
  'chat.*': Chat;
  'chat.admin.*': Command;
  orders: Order;
  'orders.eu': Order & { vat: number };
}

/** An exact name below a wildcard. */
export interface Rooms {
  'room.*': Chat;
  'room.control': Command;
}

/** An index signature opens a map. */
export interface Open {
  [channel: string]: Chat | Command;
  'chat.1': Chat;
}

export declare const shop: PubNub<Shop>;
export declare const rooms: PubNub<Rooms>;
export declare const open: PubNub<Open>;
export declare const loose: PubNub;
export declare const dynamic: string;
export declare const chat: Chat;
export declare const command: Command;
export declare const order: Order;
