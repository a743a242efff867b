import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { type EventSourceOptions, send, urlOf, withAddress } from '../event-source.ts';
import { CommandError, Interrupted, UsageError } from '../failures.ts';
import { parseJson } from '../options.ts';
import { asTyped } from '../self.ts';

interface RequestOptions extends EventSourceOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ timetoken eventsource-request 42:42:42:42:42:42 ping "42"
  $ timetoken eventsource-request 42:42:42:42:42:42 ping '{"text":"hello"}' -j
  $ timetoken eventsource-request 42:42:42:42:42:42 retry 5000
  $ timetoken eventsource-request 42:42:42:42:42:42 close
`;

/** `timetoken eventsource-request`. */
export function addEventSourceRequest(program: Command, context: CliContext): void {
  const command = program
    .command('eventsource-request')
    .description('send an event to the client of an event source')
    .argument('<token>')
    .argument('<action>', 'ping, retry, close, or what the server knows')
    .argument('[data]', 'the text of the event');
  withAddress(command, 'connect to')
    .option('-j, --json', 'the data is JSON')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env))
    .action((token: string, action: string, ...[data, options]: [string | undefined, RequestOptions]) =>
      request(urlOf(options, action, token), { data, json: options.json === true }, context),
    );
}

async function request(
  url: URL,
  { data = '', json }: { readonly data: string | undefined; readonly json: boolean },
  { terminal }: CliContext,
): Promise<void> {
  const parsed = json && data !== '' ? parseJson(data) : { value: data };
  if ('problem' in parsed) throw new UsageError(`The data is not JSON: ${parsed.problem}.`);
  const headers = { 'content-type': json ? 'application/json' : 'text/plain; charset=utf-8' };
  try {
    const answer = await send(url, { method: 'POST', headers, body: data, signal: terminal.stop });
    const why = await text(answer);
    if (answer.statusCode !== 200)
      throw new CommandError(
        `The server refused it (status ${answer.statusCode}): ${why.slice(0, 500).trim()}`,
      );
  } catch (error) {
    const { reason } = terminal.stop;
    throw reason === undefined ? error : new Interrupted(reason);
  }
}
