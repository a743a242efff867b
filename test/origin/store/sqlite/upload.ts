import type { Upload } from '../../../../src/origin/index.ts';

/** A file to send. */
export const UPLOAD: Upload = { id: 'x', channel: 'a', name: 'x.bin', token: 't', readToken: 'r' };

/** The bytes of it that come before its process is killed: several blocks. */
export const HALF = 300_000;
