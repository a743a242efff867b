import { nodeTransport } from 'timetoken/node';
import { processTerminal } from './process-terminal.ts';
import { run } from './run.ts';

// For output that waits for its reader.
const FLUSH_MS = 1_000;

/** Runs the command line of this process, which ends by itself afterwards. */
export async function start(): Promise<void> {
  const terminal = processTerminal();
  process.exitCode = await run(process.argv.slice(2), { terminal, network: { transport: nodeTransport() } });
  // A process that was told to stop does not wait for ever for a reader that has stopped reading.
  if (terminal.stop.aborted) setTimeout(() => process.exit(), FLUSH_MS).unref();
}
