import type { Codec } from '../../config/crypto-module.ts';
import type { Values } from '../../endpoint.ts';
import { malformed } from '../../errors/from-call.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Executor } from '../../request/execute.ts';
import { addressOf } from '../../request/path.ts';
import type { TransportResponse } from '../../request/transport.ts';
import { randomId } from '../../runtime/random.ts';
import { blobOf, bytesOf } from './bytes.ts';
import { codecOf } from './codec.ts';
import { type FormFile, multipart } from './multipart.ts';
import { type FileOptions, watcherOf } from './progress.ts';
import {
  type Announcement,
  nameOf,
  publishFileMessage,
  type SendFileParams,
  type SendFileResult,
  sendFile,
} from './send-file.ts';

const { operation } = sendFile;

const OCTETS = 'application/octet-stream';

/** Throws what is wrong with a file and its message: one that cannot be sent is found before the file is. */
export async function planMessage(executor: Executor, values: Values<SendFileParams>): Promise<void> {
  const { file, mimeType, size, cipherKey, ...message } = values;
  const unnamed = { ...message, fileId: randomId(executor.settings.random), fileName: nameOf(values) };
  await executor.plan(publishFileMessage, unnamed);
}

/** Sends a file: announces it, sends its bytes to where the origin says, and tells the channel of it. */
export async function send(
  executor: Executor,
  values: Values<SendFileParams>,
  options: FileOptions = {},
): Promise<SendFileResult> {
  const { settings } = executor;
  const { file, fileName, mimeType, size, cipherKey, ...message } = values;
  const codec = codecOf(executor, cipherKey);
  const bytes = await executor.within(
    executor.time.limits(operation, options, { delivery: 'not-sent', from: 'the source of the file' }),
    async () => {
      await planMessage(executor, values);
      return codec ? encrypted(codec, await blobOf(file, size)) : bytesOf(file, size);
    },
  );
  const { onProgress, ...calls } = options;
  const announcement = await executor.call(sendFile, values, calls);
  const type = codec ? OCTETS : (mimeType ?? (bytes instanceof Blob ? bytes.type : '')) || OCTETS;
  const { id, name } = announcement;
  await upload(executor, announcement, { file: { name, type, bytes }, options });
  try {
    const again = { ...publishFileMessage, retry: 'safe' } as const;
    const retries = options.retries ?? settings.filePublishAttempts - 1;
    const told = { ...message, fileId: id, fileName: name };
    const { timetoken } = await executor.call(again, told, { ...calls, retries });
    return { status: 200, timetoken, id, name };
  } catch (error) {
    throw PubNubError.is(error) ? untold(error, { channel: values.channel, id, name }) : error;
  }
}

async function upload(
  executor: Executor,
  { url, fields }: Announcement,
  { file, options }: { readonly file: FormFile; readonly options: FileOptions },
): Promise<void> {
  const { fileTimeout: most, random, logger } = executor.settings;
  const { onProgress } = options;
  const boundary = `timetoken-${randomId(random)}`;
  // What the source fails with comes back wrapped in many ways, as many as there are transports.
  let fault: unknown;
  const body = multipart({ fields, boundary }, file, (error) => {
    fault = error;
  });
  const watch = watcherOf(onProgress, logger);
  const report = watch && ((loaded: number) => watch({ loaded, total: body.size }));
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const attempt = async () => {
    const request = { method: 'POST', url, headers, body, onProgress: report } as const;
    const response = await executor.send(
      operation,
      request,
      executor.time.limits(operation, options, { most, from: addressOf(url) }),
    );
    if (response.status !== 204) throw refusal(executor, response, url);
    report?.(body.size);
  };
  // What is sent again takes the place of what was sent before.
  const { bytes } = file;
  if (bytes instanceof Blob) return executor.repeat({ operation, retry: 'safe' }, attempt, options);
  try {
    await attempt();
  } catch (error) {
    throw fault ?? error;
  } finally {
    bytes.end();
  }
}

function refusal(executor: Executor, response: TransportResponse, url: string): PubNubError {
  const { status, body } = response;
  if (status < 300) return malformed(operation, { status, cause: new TypeError('expected status 204') });
  // Object stores answer in XML.
  const [, code] = /<Code>([^<]*)/.exec(body) ?? [];
  const [, message = code] = /<Message>([^<]*)/.exec(body) ?? [];
  const said = message === undefined ? response : { ...response, body: JSON.stringify({ code, message }) };
  return executor.refusal(operation, said, { status, url });
}

async function encrypted(codec: Codec, blob: Blob): Promise<Blob> {
  try {
    const bytes = await codec.encryptFile(new Uint8Array(await blob.arrayBuffer()));
    return new Blob([bytes as BlobPart]);
  } catch (cause) {
    throw notEncrypted(cause);
  }
}

function untold(
  cause: PubNubError,
  errorData: { readonly channel: string; readonly id: string; readonly name: string },
): PubNubError {
  const { code, statusCode, delivery, publishId } = cause;
  const what = `${operation}: the file is uploaded, but the channel was not told of it. publishFileMessage() can do that, with the id and name in errorData.`;
  return new PubNubError(code, what, {
    operation,
    statusCode,
    errorData,
    delivery,
    publishId,
    cause,
  });
}

function notEncrypted(cause: unknown): PubNubError {
  const details = { operation, delivery: 'not-sent', cause } as const;
  // What a crypto module throws was cleaned of secrets.
  const why = cause instanceof Error ? `: ${cause.message.replace(/\.$/, '')}` : '';
  return new PubNubError('PN-5002', `${operation}: the file could not be encrypted${why}.`, details);
}
