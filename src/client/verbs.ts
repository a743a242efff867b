import { PNStatusCategory } from '../protocol/status.ts';
import type { Given, Verbs, VerbTable } from './builder.ts';
import type { Endpoint } from './endpoint.ts';
import { errorFromFailure } from './errors/from-failure.ts';
import type { CallOptions, Executor } from './execute.ts';
import type { PNStatus } from './listeners/events.ts';
import { makeStatus } from './subscribe/statuses.ts';
import { validate } from './validate.ts';

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

/** What the builder of a call that answers in pages ends in, beside the others. */
export interface PageVerbs<R> extends RestVerbs<R> {
  /** The pages one after the other, each its own request, until nothing is left or the loop over them ends. */
  pages(options?: CallOptions): AsyncGenerator<R, void, undefined>;
}

/** `RestVerbs` as a builder's type needs them. */
export interface Rest<R> extends Verbs {
  readonly verbs: RestVerbs<R>;
}

interface Calls {
  readonly executor: Executor;
}

/** What a builder of a REST call does when it ends; `call` sends the request, where there is more to do than that. */
export function restVerbs<P, R, Context extends Calls = Calls>(
  endpoint: Endpoint<P, R>,
  call = ({ executor }: Context, given: Given, options: CallOptions | undefined): Promise<R> =>
    executor.call(endpoint, given, options),
): VerbTable<Context> {
  const { operation } = endpoint;
  return {
    execute: (context, given, options) => call(context, given, options as CallOptions | undefined),
    envelope: async (context, given, options): Promise<Envelope<R>> => {
      try {
        const result = await call(context, given, options as CallOptions | undefined);
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
      const plan = await executor.plan(endpoint, given);
      const { url, method, headers, body } = await executor.authorize(plan, endpoint);
      return new Request(url, { method, headers: { ...headers }, ...(body !== undefined && { body }) });
    },
  };
}

/** How to go through the pages of a call: asks again and again, with what was given and what the last page says. */
export type Follow<R> = (
  ask: (given: Given) => Promise<R>,
  given: Given,
) => AsyncGenerator<R, void, undefined>;

/** What a builder of a REST call that answers in pages does when it ends. */
export function pageVerbs<P, R>(
  endpoint: Endpoint<P, R>,
  follow: Follow<R>,
): VerbTable<{ readonly executor: Executor }> {
  return {
    ...restVerbs(endpoint),
    pages: async function* ({ executor }, given, options) {
      validate(endpoint, given, executor.settings);
      yield* follow((step) => executor.call(endpoint, step, options as CallOptions | undefined), given);
    },
  };
}
