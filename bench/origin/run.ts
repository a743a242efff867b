// Compares our origin with a bare server of node:http that sends the same bytes, and with other servers for Node.
// `npm run bench:origin`; `-- --quick` for a short one, `-- --only polls,memory` for some rows, `-- --json` for programs,
// `-- --profile <folder>` for where time and memory go, `-- --package <folder>` for the build of another checkout.
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Profiles } from './field.ts';
import { GROUPS } from './groups.ts';
import { readOptions } from './options.ts';
import { installPeers } from './peers.ts';
import { withinLimits } from './plan.ts';
import { placeList, table } from './report.ts';
import { resultsPage } from './results.ts';
import type { AnyRow } from './series.ts';

const { plan: asked, groups, folder, json, isWhole, ...options } = readOptions(process.argv.slice(2));
const plan = withinLimits(asked);
const say = (text: string) => process.stderr.write(`${text}\n`);
if (plan.clients < asked.clients)
  say(`Only ${plan.clients} clients: there are no more descriptors (ulimit -n).`);

const profiles: Profiles | undefined = options.profile
  ? { folder: options.profile, found: new Map() }
  : undefined;
if (profiles) mkdirSync(profiles.folder, { recursive: true });
const peers = groups.includes('peers') ? installPeers(options.peers) : undefined;
const rows: AnyRow[] = [];
for (const group of groups) {
  if (group === 'peers' && peers === undefined) {
    say('The peers cannot be installed, so they are left out.');
    continue;
  }
  if (!json) say(`Measuring ${group} …`);
  const measured = await GROUPS[group]({ plan, kinds: ['ours', 'bare'], folder, peers, profiles });
  // Whoever gives up before the end keeps what there is.
  if (!json && groups.length > 1) say(table(measured));
  rows.push(...measured);
}
console.log(json ? JSON.stringify(rows) : table(rows));
for (const [name, places] of profiles?.found ?? []) say(`\n${placeList(name, places)}`);
// Less would not be comparable with what is kept.
if (isWhole) writeFileSync(new URL('../results-origin.md', import.meta.url), resultsPage(rows, plan));
