/**
 * A network for tests: an origin in memory, a virtual clock, faults on demand, and assertions.
 *
 * @module
 */
export {
  assertPublished,
  assertReceived,
  assertSubscribedTo,
  NetworkAssertionError,
} from './assertions.ts';
export { createTestNetwork } from './create.ts';
export { TestNetworkError } from './errors.ts';
export type { Subscriber } from './expectations.ts';
export type { AnswerFault, Fault, FaultOptions, RequestMatcher, SetFault } from './faults.ts';
export { matchers, type NetworkMatchers } from './matchers.ts';
export type { ReceivedMessage, SeenMessage } from './messages.ts';
export { TestNetwork } from './network.ts';
export { type OperationName, operations, type RequestName } from './operations.ts';
export type {
  ClientOptions,
  EndOptions,
  ResetOptions,
  SleepOptions,
  SubscribedOptions,
  TestNetworkOptions,
} from './options.ts';
export type { TestPeople, TestPublishOptions, TestState } from './people.ts';
export type { ListenOptions, Port } from './port.ts';
export type { Recording } from './recording.ts';
export type { Replay, ReplayOptions } from './replay.ts';
export type { FakeTimers, TestClock } from './test-clock.ts';
export type { TestRequest } from './test-request.ts';
export { printTranscript, type TranscriptEntry } from './transcript.ts';
export { VirtualClock } from './virtual-clock.ts';
