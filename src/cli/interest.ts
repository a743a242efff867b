import type { Command } from 'commander';
import { UsageError } from './failures.ts';
import { type ClientOptions, collect } from './options.ts';

/** Options of the commands that listen. */
export interface InterestOptions extends ClientOptions {
  readonly group?: readonly string[];
  readonly presence?: boolean;
  readonly timetoken?: string;
}

/** Gives a command the arguments and options that say what it listens to; `verb` says what it does with presence. */
export function withInterest(command: Command, verb: 'print' | 'record'): Command {
  return command
    .argument('[channel...]', "channels; 'news.*' is all that begin with news.")
    .option('--group <name>', 'a channel group; repeatable', collect)
    .option('--presence', `also ${verb} who joins, leaves and times out`)
    .option('--timetoken <timetoken>', 'start there instead of now');
}

/** What a command is to subscribe to. Throws a `UsageError` when it is nothing. */
export function interestOf(channels: readonly string[], options: InterestOptions) {
  const { group: channelGroups = [], presence, timetoken } = options;
  if (channels.length + channelGroups.length === 0) throw new UsageError('Name a channel, or a --group.');
  return {
    channels,
    channelGroups,
    ...(presence && { withPresence: true }),
    ...(timetoken !== undefined && { withTimetoken: timetoken }),
  };
}
