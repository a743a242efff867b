/**
 * Server-sent events, for any server and any runtime that knows `Response` and `ReadableStream`.
 *
 * @module
 */
export { type EventClass, JSONEvent, JSONIdEvent, StringEvent, StringIdEvent } from './event-classes.ts';
export {
  type EventSourceHandler,
  type EventSourceHandlerOptions,
  eventSourceHandler,
} from './event-source-handler.ts';
export type { SseEvent } from './frame.ts';
export type { Names } from './names.ts';
export type { PublisherOptions } from './options.ts';
export { type PublishData, Publisher, type PublishOptions, type SubscribeOptions } from './publisher.ts';
export { type ReadEventsOptions, readEvents } from './read-events.ts';
export type { Subscriber } from './subscriber.ts';
