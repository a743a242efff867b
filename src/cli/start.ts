import { nodeTransport } from 'timetoken/node';
import { processTerminal } from './process-terminal.ts';
import { run } from './run.ts';

/** Runs the command line of this process, which ends by itself afterwards. */
export async function start(): Promise<void> {
  const context = { terminal: processTerminal(), network: { transport: nodeTransport() } };
  process.exitCode = await run(process.argv.slice(2), context);
}
