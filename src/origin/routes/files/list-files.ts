import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { countOf } from '../storage/read.ts';
import { filesAnswer, filesRefusal, isoSeconds } from './answers.ts';
import { FILES_PATH } from './paths.ts';
import { channelOf, needsChannel } from './read.ts';

const MAX_FILES = 100;

/** The files of a channel, oldest first (docs/reference/protocol.md, "Files"). */
export const listFiles: Route = {
  operation: 'list-files',
  method: 'GET',
  path: FILES_PATH,
  needs: needsChannel('read'),
  async handle(call) {
    const shard = await shardOf(call);
    const channel = channelOf(call);
    const limit = countOf(call.query, 'limit', MAX_FILES);
    if (limit === undefined) throw filesRefusal(400, '[limit] must be a number from 1 to 100');
    const page = await shard.files.list(channel, limit, call.query.text('next'));
    if (!page) throw filesRefusal(400, '[next] comes from no answer');
    const data = page.files.map(({ name, id, size, created }) => ({
      name,
      id,
      size,
      created: isoSeconds(created),
    }));
    return filesAnswer({ data, next: page.next ?? null, count: data.length });
  },
};
