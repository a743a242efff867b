// What the documents of five systems name, row by row, and what takes its place here.
import { AZURE_WEB_PUBSUB } from './azure-web-pubsub.ts';
import { EMITTER } from './emitter.ts';
import { EVENT_SOURCE_LIBRARY } from './event-source-library.ts';
import { PUBNUB_PYTHON } from './pubnub-python.ts';
import type { Seed } from './seed.ts';
import { SERVER_SENT_EVENTS } from './server-sent-events.ts';

/** The systems, in the order of their pages. */
export const SEEDS: readonly Seed[] = [
  EMITTER,
  EVENT_SOURCE_LIBRARY,
  PUBNUB_PYTHON,
  AZURE_WEB_PUBSUB,
  SERVER_SENT_EVENTS,
];
