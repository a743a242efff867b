import type { Row } from './measures/measure.ts';
import { missed, table } from './report.ts';
import type { Versions } from './versions.ts';

/** The page that keeps the results of a full run. */
export function resultsPage(rows: readonly Row[], versions: Versions): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# Results

Made by \`npm run bench\`; do not edit. Versions: ${list.join(', ')}.

Numbers are ratios to pubnub ${versions['pubnub']} with its defaults: 0.50 is half of what it takes. "Meets" and "misses" refer
to the target that follows; sizes are stated as such.

${table(rows)}

${verdict(missed(rows))}

## How it is measured

- Every client and every server is a process of its own. CPU time is that of the client's process, all its threads
  included, and of nothing else.
- Clients take turns within each round, forwards and backwards by turns. A ratio is the median of the ratios of all
  rounds; the first rounds, in which code is compiled and heaps grow, do not count. On a machine that does other things as
  well, a ratio of CPU times may still differ by a fifth or more from one run to the next.
- Publishing, and the way from publish to receipt, go through Timetoken's own origin, as \`serve()\` starts it. Receiving is
  fed by a server of its own, which answers each poll at once with exactly 100 entries, or exactly 1, and with timetokens
  that rise: with a real publisher their number would be left to chance. The entries are those of the origin.
- All clients use their defaults. That leaves the official client without deduplication and with a connection for each
  request, and Timetoken with deduplication; the column "keepAlive" has the official client's option of that name.
- "ky, no SDK" sends the same requests and checks nothing. What Timetoken adds to its HTTP library is the difference.
- From publish to receipt: one message at a time, from the call that publishes to the call of the listener, publisher and
  subscriber in one process.
- Heap: many clients that were made and never used, after garbage collection.
- Import: in a fresh process, with warm file caches. The column with nodeTransport() imports both entries.
- Bundle: everything that the entry exports, by esbuild with \`--bundle --minify --platform=browser --format=esm\`, then
  gzip -9. "Dependencies alone" are the packages that the core depends on.
`;
}

function verdict(names: readonly string[]): string {
  return names.length === 0 ? 'Every target is met.' : `Missed: ${names.join('; ')}.`;
}
