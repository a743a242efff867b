import type { PNOperationType } from '../../protocol/status.ts';
import { type Declaration, defineEndpoint, type Endpoint, type Params, type Values } from '../endpoint.ts';
import type { PNStatus } from '../listeners/events.ts';
import { makeStatus } from '../listeners/events.ts';
import type { CallOptions, InnerOptions } from '../request/call-options.ts';
import type { Executor } from '../request/execute.ts';
import type { TransportResponse } from '../request/transport.ts';
import { endedByBoth } from '../runtime/signals.ts';
import type { Verbs, VerbTable } from './builder.ts';
import { CALL_OPTIONS, checkOptions, NO_OPTIONS } from './check-options.ts';
import { type Context, type Operation, operation } from './operation.ts';
import { pagesOf } from './pages.ts';
import type { Paging } from './paging.ts';
import type { OptionTable } from './read-options.ts';

/** A result with the status of its request; without a result when the request failed. */
export interface Envelope<R> {
  readonly result?: R;
  readonly status: PNStatus;
}

/** The verbs of a REST call. */
export interface RestVerbs<R> {
  /** Sends the request; resolves to the result or rejects with a `PubNubError`. */
  execute(options?: CallOptions): Promise<R>;
  /** Sends the request; never rejects: a failure is in the status. */
  envelope(options?: CallOptions): Promise<Envelope<R>>;
  /** The request, without sending it; rejects if `execute` would reject before sending. */
  request(): Promise<Request>;
}

/** The verbs of a REST call with pages. */
export interface PageVerbs<R> extends RestVerbs<R> {
  /**
   * The pages one after the other, each by its own request, until the last one or until the loop over them is left. Ends
   * with a `PN-4001` when a page leads back to an earlier one.
   */
  pages(options?: CallOptions): AsyncGenerator<R, void, undefined>;
}

/** `RestVerbs` as a builder's type needs them. */
export interface Rest<R> extends Verbs {
  readonly verbs: RestVerbs<R>;
}

/** `PageVerbs` as a builder's type needs them. */
export interface Paged<R> extends Verbs {
  readonly verbs: PageVerbs<R>;
}

// The call succeeded in part.
const MULTI_STATUS = 207;

interface Calls {
  readonly executor: Executor;
}

/** Sends the requests of a call. */
export type Call<C, P> = (context: C, values: Values<P>, options: CallOptions) => Promise<unknown>;

/**
 * The verbs of a REST call. `call` is for an operation of several requests, `table` for one with further options.
 */
export function restVerbs<P, R, C extends Calls = Calls>(
  endpoint: Endpoint<P, R>,
  call: Call<C, P> = ({ executor }, values, options) => executor.call(endpoint, values, options),
  table: OptionTable<CallOptions> = CALL_OPTIONS,
): VerbTable<C> {
  const { operation } = endpoint;
  const checked = (options: unknown): CallOptions => checkOptions(operation, options, table);
  return {
    execute: async (context, given, options) => {
      try {
        const own = context.executor.time.begin(checked(options));
        return await call(context, context.executor.check(endpoint, given), own);
      } catch (thrown) {
        throw context.executor.failure(operation, thrown);
      }
    },
    envelope: async (context, given, options): Promise<Envelope<unknown>> => {
      let success: Partial<PNStatus> = { statusCode: 200 };
      const onAnswer: InnerOptions['onAnswer'] = (answer) => {
        success = successOf(context, operation, answer);
      };
      try {
        const inner = context.executor.time.begin({ ...checked(options), onAnswer });
        const result = await call(context, context.executor.check(endpoint, given), inner);
        const status = makeStatus('PNAcknowledgmentCategory', { operation, ...success });
        return { result, status: { ...status, isError: false } };
      } catch (thrown) {
        const errorData = context.executor.failure(operation, thrown);
        const { category, channels, channelGroups } = errorData;
        const affected = { affectedChannels: channels, affectedChannelGroups: channelGroups };
        return { status: makeStatus(category, { operation, errorData, ...affected }) };
      }
    },
    request: async ({ executor }, given, options) => {
      try {
        checkOptions(operation, options, NO_OPTIONS);
        const plan = await executor.plan(endpoint, executor.check(endpoint, given));
        const { url, method, headers, body } = await executor.authorizer.authorize(plan, endpoint);
        return new Request(url, { method, headers: { ...headers }, ...(body !== undefined && { body }) });
      } catch (thrown) {
        throw executor.failure(operation, thrown);
      }
    },
  };
}

function successOf(
  { executor }: Calls,
  operation: PNOperationType,
  answer: TransportResponse,
): Partial<PNStatus> {
  const { status: statusCode } = answer;
  return statusCode === MULTI_STATUS
    ? { errorData: executor.refusal(operation, answer, { status: statusCode }) }
    : { statusCode };
}

/** The verbs of a REST call with pages. */
export function pageVerbs<P, R>(endpoint: Endpoint<P, R>, paging: Paging<P, R>): VerbTable<Calls> {
  const { operation } = endpoint;
  return {
    ...restVerbs(endpoint),
    pages: ({ executor }, given, options) => {
      let checked: CallOptions = {};
      return pagesOf(paging, {
        operation,
        failure: (thrown) => executor.failure(operation, thrown),
        begin: () => {
          checked = checkOptions(operation, options, CALL_OPTIONS);
          return executor.check(endpoint, given);
        },
        ask: (question, leaving) =>
          endedByBoth(checked.signal, leaving, (signal) =>
            executor.call(endpoint, question, { ...checked, signal }),
          ),
      });
    },
  };
}

/** The operation of a REST call; `call` and `table` as in `restVerbs()`. */
export function rest<P extends Params, R>(
  declaration: Declaration<P, R>,
  call?: Call<Context, P>,
  table?: OptionTable<CallOptions>,
): Operation<P, Rest<R>> {
  const endpoint = defineEndpoint(declaration);
  return operation(endpoint, restVerbs(endpoint, call, table));
}

/** The operation of a REST call that answers in pages. */
export function paged<P extends Params, R>(
  declaration: Declaration<P, R>,
  paging: Paging<NoInfer<P>, NoInfer<R>>,
): Operation<P, Paged<R>> {
  const endpoint = defineEndpoint(declaration);
  return operation(endpoint, pageVerbs(endpoint, paging));
}
