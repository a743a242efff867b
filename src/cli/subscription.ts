import type { Command } from 'commander';
import type { Subscription } from 'timetoken';
import { UsageError } from './failures.ts';
import { type ClientOptions, type CommandClient, collect } from './options.ts';

/** The options of the commands that subscribe. */
export interface SubscriptionOptions extends ClientOptions {
  readonly group?: readonly string[];
  readonly presence?: boolean;
  readonly timetoken?: string;
}

/** Adds the arguments and options of a subscription to a command. `verb` says what it does with presence events. */
export function withSubscriptionOptions(command: Command, verb: 'print' | 'record'): Command {
  return command
    .argument('[channel...]', "channels; 'news.*' is a wildcard for all that begin with news.")
    .option('--group <name>', 'a channel group; repeatable', collect)
    .option('--presence', `also ${verb} joins, leaves and timeouts`)
    .option('--timetoken <timetoken>', 'start at this timetoken instead of now');
}

/** The parameters of `subscribe()`. Throws a `UsageError` if the command line names no channel and no group. */
export function subscribeParams(channels: readonly string[], options: SubscriptionOptions) {
  const { group: channelGroups = [], presence, timetoken } = options;
  if (channels.length + channelGroups.length === 0) throw new UsageError('Name a channel, or a --group.');
  return {
    channels,
    channelGroups,
    ...(presence && { withPresence: true }),
    ...(timetoken !== undefined && { withTimetoken: timetoken }),
  };
}

/** Rejects when the server refuses a name, which the user has typed, or when the client gives the connection up. */
export function subscriptionFailure(
  pubnub: CommandClient,
  subscription: Pick<Subscription<unknown, string>, 'connected'>,
): Promise<never> {
  return new Promise((_resolve, reject) => {
    pubnub.on('state', ({ state, error }) => {
      if (state === 'failed') reject(error ?? new Error('The connection failed.'));
    });
    subscription.connected().catch(reject);
  });
}
