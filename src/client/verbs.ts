import { PNStatusCategory } from '../protocol/status.ts';
import type { Verbs, VerbTable } from './builder.ts';
import type { Endpoint } from './endpoint.ts';
import { errorFromFailure } from './errors/from-failure.ts';
import type { CallOptions, Executor } from './execute.ts';
import type { PNStatus } from './listeners/events.ts';
import { makeStatus } from './subscribe/statuses.ts';

/** A result with the status of its request; without a result when the request failed. */
export interface Envelope<R> {
  readonly result?: R;
  readonly status: PNStatus;
}

/** What the builder of a REST call ends in. */
export interface RestVerbs<R> {
  /** Sends the request; resolves to the result or rejects with a `PubNubError`. */
  execute(options?: CallOptions): Promise<R>;
  /** Sends the request; never rejects: a failure is in the status. */
  envelope(options?: CallOptions): Promise<Envelope<R>>;
  /** The request that would be sent, without sending it; rejects where `execute` would before sending. */
  request(): Promise<Request>;
}

/** `RestVerbs` as a builder's type needs them. */
export interface Rest<R> extends Verbs {
  readonly verbs: RestVerbs<R>;
}

/** What a builder of a REST call does when it ends. */
export function restVerbs<P, R>(endpoint: Endpoint<P, R>): VerbTable<{ readonly executor: Executor }> {
  const { operation } = endpoint;
  return {
    execute: ({ executor }, given, options) =>
      executor.call(endpoint, given, options as CallOptions | undefined),
    envelope: async ({ executor }, given, options): Promise<Envelope<R>> => {
      try {
        const result = await executor.call(endpoint, given, options as CallOptions | undefined);
        const { PNAcknowledgmentCategory } = PNStatusCategory;
        return { result, status: makeStatus(PNAcknowledgmentCategory, { operation, statusCode: 200 }) };
      } catch (thrown) {
        const errorData = errorFromFailure(operation, thrown);
        const { category, channels, channelGroups } = errorData;
        const affected = { affectedChannels: channels, affectedChannelGroups: channelGroups };
        return { status: makeStatus(category, { operation, errorData, ...affected }) };
      }
    },
    request: async ({ executor }, given) => {
      const { url, method, headers, body } = executor.plan(endpoint, given);
      const address = endpoint.auth === 'none' ? url : executor.withToken(url);
      return new Request(address, { method, headers: { ...headers }, ...(body !== undefined && { body }) });
    },
  };
}
