import { PNOperationType } from '../../../protocol/status.ts';
import type { Paging } from '../../builder/paging.ts';
import { checkAmount, checkName, checkText, optional, required } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { isRecord } from '../../wire/read.ts';

/** Parameters of `listFiles()`. */
export interface ListFilesParams extends Params {
  /** Channel whose files are wanted. */
  channel: ChannelName<this['~map']>;
  /** Files in one answer, at most 100, which is also the default. */
  limit?: number;
  /** Where to go on: the `next` of the answer before. */
  next?: string;
}

/** A file of a channel. */
export interface ListedFile {
  readonly id: string;
  readonly name: string;
  /** Bytes, as they are stored: of an encrypted file, those of its encrypted form. */
  readonly size: number;
  /** When it was sent, as an ISO 8601 date. */
  readonly created: string;
}

/** Result of `listFiles()`. */
export interface ListFilesResult {
  readonly status: 200;
  readonly data: readonly ListedFile[];
  /** Where the next answer begins; `null` when there is none. */
  readonly next: string | null;
  /** How many files are in this answer. */
  readonly count: number;
}

const LARGEST_PAGE = 100;

/** `GET /v1/files/{sub}/channels/{channel}/files` (docs/reference/protocol.md, "Files"). */
export const listFiles = defineEndpoint<ListFilesParams, ListFilesResult>({
  operation: PNOperationType.PNListFilesOperation,
  params: { channel: required(checkName), limit: optional(checkAmount), next: optional(checkText) },
  path: ({ channel }, { subscribeKey }) => path`/v1/files/${subscribeKey}/channels/${channel}/files`,
  query: ({ limit = LARGEST_PAGE, next }) => ({ limit: Math.min(limit, LARGEST_PAGE), next }),
  retry: 'safe',
  parse: ({ body }) => {
    if (!isRecord(body) || !Array.isArray(body['data'])) throw new TypeError('expected an object with data');
    const data = body['data'].map(fileFrom);
    const { next } = body;
    return {
      status: 200,
      data,
      next: typeof next === 'string' && next !== '' ? next : null,
      count: data.length,
    };
  },
});

/** The files of a channel, page by page. */
export const filePaging: Paging<ListFilesParams, ListFilesResult> = {
  place: ['next'],
  pageIn: (_asked, answer) => (answer.count > 0 ? answer : undefined),
  next: (_asked, { next }) => (next === null ? [] : [{ next }]),
};

function fileFrom(item: unknown): ListedFile {
  const { id, name, size, created }: Readonly<Record<string, unknown>> = isRecord(item) ? item : {};
  if (typeof id !== 'string' || typeof name !== 'string')
    throw new TypeError('expected files with id and name');
  return { id, name, size: Number(size), created: String(created) };
}
