import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type Row, times } from './measure.ts';

const ENTRIES = {
  pubnub: "export { default } from 'pubnub';",
  timetoken: "export * from 'timetoken';",
  dependencies: "export { default as ky } from 'ky'; export { default as pRetry } from 'p-retry';",
} as const;

/** Everything that a page loads: bundled for browsers, minified, and packed as servers do at best. */
export async function measureBundle(): Promise<readonly Row[]> {
  const [pubnub, timetoken, dependencies] = await Promise.all([
    packedSize(ENTRIES.pubnub),
    packedSize(ENTRIES.timetoken),
    packedSize(ENTRIES.dependencies),
  ]);
  const whole = { pubnub, timetoken };
  const theirs = { pubnub, timetoken: dependencies };
  return [
    { title: 'Bundle, gzip', ratios: times(whole), bytes: whole, targets: { timetoken: 20_000 } },
    {
      title: 'Bundle, gzip: dependencies alone',
      ratios: times(theirs),
      bytes: { timetoken: dependencies },
      targets: { timetoken: 11_300 },
    },
  ];
}

async function packedSize(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('..', import.meta.url)), loader: 'js' },
    // What is published, and not what this checkout's own compiler options lead to.
    tsconfigRaw: {},
    ...{ bundle: true, minify: true, platform: 'browser', format: 'esm', write: false },
  });
  const [file] = outputFiles;
  if (!file) throw new Error('The bundler wrote nothing.');
  return gzipSync(file.contents, { level: 9 }).length;
}
