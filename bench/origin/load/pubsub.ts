import { type Client, type Dialect, get } from './dialect.ts';

export const KEY = 'demo';
export const CHANNEL = 'room';
const SDK = 'pnsdk=PubNub-JS-Nodejs%2F7.3.3';
// Where an answer that begins with `{"t":{"t":"17000000000000000","r":1}` has them.
const TIMETOKEN_START = 11;
const TIMETOKEN_END = 28;
const REGION_START = 34;
const BRACE = '}'.charCodeAt(0);

/** The cursor of a handshake. */
export const NO_CURSOR = 'tt=0';

/** A poll, whose cursor is part of its query. */
export function poll(channels: string, cursor: string, user: string): string {
  return get(`/v2/subscribe/${KEY}/${channels}/0?${cursor}&uuid=${user}&${SDK}`);
}

/** A publish, of some 200 bytes. */
export function publish(channel: string, number: number, user = 'publisher'): string {
  return get(
    `/publish/${KEY}/${KEY}/0/${channel}/0/${encodeURIComponent(messageText(number))}?uuid=${user}&${SDK}`,
  );
}

/** A message such that an answer with it has 300 bytes. */
export function messageText(number: number): string {
  return JSON.stringify({ id: String(number).padStart(9, '0'), text: 'So it begins. '.repeat(9) });
}

/** Our origin's protocol, which the bare server speaks as well. */
export const pubsub: Dialect = {
  greetings: 0,
  next(client, body) {
    if (body) client.session = cursorIn(body);
    return poll(CHANNEL, client.session, userOf(client));
  },
  broadcast: (number) => publish(CHANNEL, number),
};

/** The cursor of an answer, as the next poll sends it. */
export function cursorIn(body: Buffer): string {
  const timetoken = body.toString('latin1', TIMETOKEN_START, TIMETOKEN_END);
  const region = body.toString('latin1', REGION_START, body.indexOf(BRACE, REGION_START));
  return `tt=${timetoken}&tr=${region}`;
}

function userOf({ number }: Client): string {
  return `u${number}`;
}
