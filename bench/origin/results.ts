import { versions } from '../versions.ts';
import { PEERS } from './peers.ts';
import type { Plan } from './plan.ts';
import { isMet, table } from './report.ts';
import type { AnyRow } from './series.ts';

/** The page that keeps the results of a full run. */
export function resultsPage(rows: readonly AnyRow[], { clients }: Plan): string {
  const { Node, timetoken } = versions();
  const peers = Object.entries(PEERS).map(([name, version]) => `${name} ${version}`);
  const missed = rows.filter((row) => !isMet(row)).map(({ title }) => title);
  return `# Results of the origin

Made by \`npm run bench:origin\`; do not edit. Versions: Node ${Node}, timetoken ${timetoken}, ${peers.join(', ')}.

${table(rows)}

${missed.length === 0 ? 'Every target is met.' : `Missed: ${missed.join('; ')}.`}

## How it is measured

- Each server, and all clients together, are processes of their own. CPU time is that of the server's process, all its
  threads included, from the first request until it has nothing to do any more. The clients read just enough HTTP to see
  where an answer ends, and their own CPU time is in the table: they are not what is waited for.
- Servers take turns within each round, forwards and backwards by turns, and each is warm. Values are medians of the
  rounds, a ratio is the median of the ratios of the rounds. Ratios of CPU time are what stays the same on a machine that
  does other things as well, within a fifth; times that pass are those of that machine in that hour.
- The bare server is \`node:http\` and nothing else: it takes the path and the query apart, parks what polls, and sends the
  same bytes as the origin, headers included. It compares no key, no name and no cursor, and knows no presence, no history
  and no limit.
- Ours is \`serve(createOrigin())\` from the built package, with all defaults: each client is a user of its own, whose
  presence it keeps, and what is published goes to history. It sets \`optimizeEmptyRequests\` of \`node:http\`, which the
  bare server leaves as it is.
- A delivery: ${clients} polls are parked on one channel, something is published, each gets an answer of 300 bytes and
  polls again at once. The publish is one of a thousand. The time to a receiver is from the publish to its answer.
- Parking: from the first connection to the last parked poll, with the end of the connection's handshake and the join.
- Memory: processes that have done nothing but a hundred publishes before, after garbage collection.
- Publishes: messages of 170 bytes in a \`GET\`, on 64 channels without subscribers. CPU times are compared at the same
  rate, with clients that do not rest. At as many as are answered the ratio says more than the servers differ: clients
  that wait for the slower server rest, and to wake them is work of its writes. A bare server that does nothing for 6 us
  more at each publish takes 10 us more there.
- Those who come back: all have a connection, the same cursor and the same channels, and get the same entries.
- Stores are measured at the interface of their engines, in a process of their own each, one after the other in each
  round: 64 appends of one message of 200 bytes are under way at any time, on a thousand channels, and all go to history.
  SQLite writes to a temporary folder; Redis is a \`redis-server\` on the same machine that writes nothing to a disk, and
  with a replica where it is replicated. Bytes for a channel are those of the heap, of the file or of Redis. Time to a
  receiver and CPU are those of the whole origin on each store; the CPU time of Redis is not in them.
- The peers answer broadcasts of the same size; what their clients send is what their protocols need for it. Neither sends
  again what was lost with an answer.
`;
}
