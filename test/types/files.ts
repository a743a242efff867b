// Compiled, never run: what the builders of file operations accept, and what they give.
import type {
  DownloadedFile,
  FileProgress,
  ListFilesResult,
  MissingParameter,
  PubNub,
  SendFileResult,
} from 'timetoken';
import { same } from './expect.ts';

declare const loose: PubNub;
declare const typed: PubNub<{ 'chat.*': { text: string }; orders: { id: number } }>;
declare const blob: Blob;
declare const stream: ReadableStream<Uint8Array>;

export async function calls(): Promise<void> {
  const file = { channel: 'a', fileId: 'i', fileName: 'n' } as const;
  same<SendFileResult>()(await loose.sendFile().channel('a').file(blob).fileName('n').execute());
  for await (const page of loose.listFiles({ channel: 'a', limit: 2 }).pages()) same<ListFilesResult>()(page);
  same<DownloadedFile>()(
    await loose.downloadFile(file).execute({ onProgress: (at) => same<FileProgress>()(at) }),
  );
  same<string>()(await loose.getFileUrl(file).execute());
  same<{ readonly status: 200 }>()(await loose.deleteFile(file).execute());
  same<string>()(
    (
      await loose
        .publishFileMessage(file)
        .message({ any: [1, null] })
        .execute()
    ).timetoken,
  );
  await loose.sendFile({ channel: 'a', file: stream, size: 3, fileName: 'n', mimeType: 'a/b' }).execute();
  for (const data of [
    'text',
    new Uint8Array(),
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
    blob,
    stream,
  ]) {
    await loose.sendFile().channel('a').file(data).fileName('n').execute();
  }
  // A file's message is none of the channel's payloads.
  await typed.sendFile().channel('chat.x').file(blob).fileName('n').message('anything').execute();

  // A `File` brings its name; of anything else, it is missing.
  await loose.sendFile().channel('a').file(new File([], 'n')).execute();
  await loose.sendFile({ channel: 'a', file: new File([], 'n') }).execute();
  const unnamed = loose.sendFile().channel('a').file('text');
  same<MissingParameter<'fileName'>>()(unnamed.execute);
  // @ts-expect-error: the name is missing
  await unnamed.execute();
  // @ts-expect-error: a Blob may be no File
  await loose.sendFile({ channel: 'a', file: blob }).execute();
  same<MissingParameter<'file'>>()(loose.sendFile().channel('a').execute);
  // @ts-expect-error: the file is missing
  await loose.sendFile().channel('a').execute();
  // @ts-expect-error: a number is no file
  loose.sendFile().file(7);
  // @ts-expect-error: the name is missing
  await loose.downloadFile({ channel: 'a', fileId: 'i' }).execute();
  // @ts-expect-error: there is no such channel
  typed.listFiles().channel('nowhere');
  // @ts-expect-error: a function is not JSON
  loose.publishFileMessage(file).message(() => 1);
  const onProgress = () => undefined;
  // @ts-expect-error: only calls that move files tell of progress
  await loose.listFiles().channel('a').execute({ onProgress });
}
