import { nodeTransport } from 'timetoken/node';
import { processTerminal } from './process-terminal.ts';
import { run } from './run.ts';

/** Runs the command line of this process; the process ends by itself when all is done. */
export async function start(): Promise<void> {
  const surroundings = { terminal: processTerminal(), network: { transport: nodeTransport() } };
  process.exitCode = await run(process.argv.slice(2), surroundings);
}
