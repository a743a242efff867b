import type { Upload } from '../../store/files.ts';

const TAGGING = '<Tagging><TagSet><Tag><Key>ObjectTTLInDays</Key><Value>1</Value></Tag></TagSet></Tagging>';

/** The fields that a client sends before the file: what announced it, and what only has to be there. */
export function formFields(subscribeKey: string, upload: Upload) {
  return [
    { key: 'tagging', value: TAGGING },
    { key: 'key', value: keyOf(subscribeKey, upload) },
    { key: 'Content-Type', value: 'application/octet-stream' },
    { key: 'Policy', value: upload.token },
  ];
}

/** The `key` of the form of a file. */
export function keyOf(subscribeKey: string, { id, name }: Upload): string {
  return `${subscribeKey}/${id}/${name}`;
}

/** The file's id in the `key` of a form. */
export function idIn(key: string): string {
  return key.split('/')[1] ?? '';
}
