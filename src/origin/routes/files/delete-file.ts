import type { Route } from '../route.ts';
import { filesAnswer } from './answers.ts';
import { FILES_PATH } from './paths.ts';
import { fileOf, needsChannel } from './read.ts';

/** Deletes a file; messages that tell of it stay (docs/reference/protocol.md, "Files"). */
export const deleteFile: Route = {
  operation: 'delete-file',
  method: 'DELETE',
  path: `${FILES_PATH}/{id}/{name}`,
  needs: needsChannel('delete'),
  async handle(call) {
    const { shard, file } = await fileOf(call);
    await shard.files.remove(file.id);
    return filesAnswer({});
  },
};
