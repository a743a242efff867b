/** One client of many, as a protocol sees it. */
export interface Client {
  readonly number: number;
  /** The cursor, or what the server calls the client. */
  session: string;
  /** Requests that were sent. */
  step: number;
}

/** A protocol, as far as a long poll and a broadcast need it: requests as text. */
export interface Dialect {
  /** Requests before the first poll. */
  readonly greetings: number;
  /** Reads an answer, if anything in it is needed, and returns the next request. */
  next(client: Client, body: Buffer | undefined): string;
  /** The request that makes the server answer all parked polls. */
  broadcast(number: number): string;
}

/** The headers that clients send. */
export const HEADERS = [
  'host: 127.0.0.1',
  'connection: keep-alive',
  'accept: */*',
  'accept-encoding: gzip, deflate',
  'user-agent: node',
].join('\r\n');

export function get(target: string): string {
  return `GET ${target} HTTP/1.1\r\n${HEADERS}\r\n\r\n`;
}

export function post(target: string, type: string, body: string): string {
  return `POST ${target} HTTP/1.1\r\n${HEADERS}\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
