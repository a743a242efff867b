import { nameProblem } from '../../../protocol/names.ts';
import type { Permission } from '../../../protocol/permissions.ts';
import type { Shard } from '../../shard.ts';
import type { StoredFile } from '../../store/files.ts';
import { shardOf } from '../read.ts';
import type { Call, Route } from '../route.ts';
import { filesRefusal } from './answers.ts';

const INVALID_CHARACTERS = 3001;

/** Declares that a call needs a permission on the path's channel. */
export function needsChannel(permission: Permission): NonNullable<Route['needs']> {
  return ({ segment }) => [{ resource: 'channels', names: [segment('channel')], permission }];
}

/** The path's channel. Throws a `Refusal` for what cannot be one. */
export function channelOf({ segment }: Call): string {
  const channel = segment('channel');
  if (nameProblem(channel) === undefined) return channel;
  throw filesRefusal(400, '[channel] contains invalid characters', INVALID_CHARACTERS);
}

/** The file that the path names, with the shard that it is in. Throws a `Refusal` when there is none. */
export async function fileOf(call: Call): Promise<{ readonly shard: Shard; readonly file: StoredFile }> {
  const shard = await shardOf(call);
  const channel = channelOf(call);
  const file = await shard.files.find(call.segment('id'));
  if (file && file.channel === channel && file.name === call.segment('name')) return { shard, file };
  throw filesRefusal(404, 'There is no such file');
}
