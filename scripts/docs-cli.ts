// The help texts of the command line, as it prints them itself.
import type { Terminal } from '../src/cli/terminal.ts';
import type { GeneratedPage } from './docs-page.ts';

const COMMANDS = [
  ...[[], ['serve'], ['publish'], ['subscribe'], ['record']],
  ...[
    ['history'],
    ['here-now'],
    ['token', 'grant'],
    ['token', 'parse'],
    ['backup'],
    ['chat'],
    ['completion'],
  ],
  ...[['eventsource-server'], ['eventsource-client'], ['eventsource-request']],
] as const;

/** The page of the command line. */
export async function cliPage(): Promise<GeneratedPage> {
  // The command line imports the package by its name, which needs a build: whoever writes no pages can do without.
  const { run } = await import('../src/cli/run.ts');
  const sections: Record<string, string> = {};
  for (const command of COMMANDS) {
    const { terminal, text } = recorder();
    await run([...command, '--help'], { terminal, network: {} });
    sections[command.join(' ') || 'timetoken'] = `\`\`\`text\n${text().trim()}\n\`\`\``;
  }
  return { path: 'docs/reference/cli.md', sections };
}

// A terminal that keeps what is written to it.
function recorder(): { readonly terminal: Terminal; readonly text: () => string } {
  let written = '';
  const output = {
    isTTY: false,
    write: (text: string) => {
      written += text;
    },
  };
  const lines = async function* (): AsyncGenerator<string> {
    yield* [];
  };
  const terminal: Terminal = {
    stdout: output,
    stderr: output,
    stdin: { isTTY: false, lines },
    env: {},
    stop: new AbortController().signal,
    onHangup: () => () => undefined,
  };
  return { terminal, text: () => written };
}
