import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// The files that run in threads of their own.
const WORKERS = ['worker', 'backup-worker'].map(
  (name) => new URL(`../../src/origin/store/sqlite/${name}.ts`, import.meta.url).href,
);

/**
 * Puts the compiled source of workers into Node's compile cache, where those of the tests find it. Node strips types by
 * WebAssembly, in each thread anew, and V8 does not survive hundreds of such threads in one process: now and then it ends
 * with "Check failed: jit_page.has_value()", or without a word.
 */
export function setup(): void {
  // They refuse to run outside of a thread, once they are loaded.
  const loading = `await Promise.allSettled(${JSON.stringify(WORKERS)}.map((file) => import(file)));`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', loading];
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const { status, error } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error('The workers cannot be compiled.', { cause: error ?? status });
}
