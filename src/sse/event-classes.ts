/**
 * How the events of an `eventSourceHandler` are made: one instance of this class for each. Write one of your own, or
 * extend one of the classes here.
 *
 * @example
 * class OneLineEvent {
 *   static readonly actions = ['ping', 'close'];
 *   readonly data: string;
 *   constructor(_action: string, body: string) {
 *     this.data = body.split('\n').join(';');
 *   }
 * }
 */
export interface EventClass {
  /**
   * Makes the event of an action from the text that was sent. What it throws refuses the text: the sender gets status 400
   * with the message, or the error from `send()`.
   */
  new (action: string, body: string): { readonly data: string; readonly id?: string };
  /** The actions that may be sent, those of `finish` and `retry` included. */
  readonly actions: readonly string[];
  /** The action of the GET request that opens a stream. Default `poll`. */
  readonly listen?: string;
  /** The action that ends a stream. Default `close`. */
  readonly finish?: string;
  /** The action that sets the reconnection time of the client, in milliseconds. Default: none does. */
  readonly retry?: string;
  /** The type of text that is asked for, in the header `Accept` of answers; it is not enforced. Default `text/plain`. */
  readonly contentType?: string;
  /** Whether events without an id get a number that always increases. Default `false`. */
  readonly numbered?: boolean;
}

/** Sends the text as it is, also several lines. */
export class StringEvent {
  static readonly listen: string = 'poll';
  static readonly finish: string = 'close';
  static readonly retry: string = 'retry';
  static readonly actions: readonly string[] = ['ping', 'retry', 'close'];
  static readonly contentType: string = 'text/plain';
  static readonly numbered: boolean = false;
  readonly action: string;
  readonly data: string;

  constructor(action: string, body: string) {
    this.action = action;
    this.data = body;
  }
}

/** As `StringEvent`, and each event has an id, a number that always increases. */
export class StringIdEvent extends StringEvent {
  static override readonly numbered: boolean = true;
}

/** Sends JSON, as it was written. Refuses any other text. */
export class JSONEvent extends StringEvent {
  static override readonly contentType: string = 'application/json';

  constructor(action: string, body: string) {
    super(action, body);
    // Only checked: what is printed anew loses the digits of large numbers.
    JSON.parse(body);
  }
}

/** As `JSONEvent`, and each event has an id, a number that always increases. */
export class JSONIdEvent extends JSONEvent {
  static override readonly numbered: boolean = true;
}
