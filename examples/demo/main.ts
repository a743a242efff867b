// The whole of Timetoken in a few seconds: an origin in this process, two users, presence, and a connection that is cut
// in the middle of it. Nothing is lost and nothing comes twice; the last line counts it.
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';
import { enter } from './cast.ts';
import { beat, endWithReader, headline, say } from './screen.ts';
import { layLine, type ShakyLine } from './shaky-line.ts';
import { Tally } from './tally.ts';

const PATIENCE = 15_000;

async function main(tally: Tally): Promise<void> {
  headline('An origin, and a line to it that can break');
  const origin = createOrigin();
  const server = await serve(origin);
  const line = await layLine(server.port);
  say('demo', `the origin is at ${server.url}, Alice reaches it by ${line.url}`);
  try {
    await play(tally, { direct: server.url, line });
  } finally {
    await line.close();
    await server.close();
    await origin.close();
  }
}

async function play(tally: Tally, to: { readonly direct: string; readonly line: ShakyLine }): Promise<void> {
  const { line } = to;
  const { alice, bob } = enter(tally, { alice: line.url, bob: to.direct });
  try {
    headline('Two users meet');
    await alice.join();
    await bob.join();
    await alice.sees('join', 'bob');

    headline('Messages arrive as they are published');
    for (const text of ['Hello Alice!', 'Can you hear me?', 'Now watch the line.']) await bob.says(text);
    await tally.complete();
    await beat();

    headline('The line breaks, and Bob talks on');
    line.cut();
    say('line', 'cut: every connection of Alice is reset', 'yellow');
    for (const text of ['Are you still there?', 'I go on anyway.', 'You will get this later.', 'And this.']) {
      await bob.says(text);
    }
    await alice.failsToConnect(2);

    headline('The line is mended, and Alice gets what she missed');
    line.mend();
    say('line', 'mended', 'yellow');
    await tally.complete();
    await beat();

    headline('Life goes on');
    for (const text of ['Welcome back!', 'Bye.']) await bob.says(text);
    await tally.complete();
    await bob.leaves();
    // Whatever would come twice has come before this.
    await alice.sees('leave', 'bob');
  } finally {
    await Promise.all([alice.leaves(), bob.leaves()]);
  }
}

endWithReader();
const tally = new Tally();
const deadline = setTimeout(() => {
  console.log(`Not done after ${PATIENCE / 1_000} s.\n${tally}`);
  process.exit(1);
}, PATIENCE);

await main(tally);
clearTimeout(deadline);
console.log(`\n${tally}`);
process.exitCode = tally.correct ? 0 : 1;
