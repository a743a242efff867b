import { versions } from '../versions.ts';
import { PEERS } from './peers.ts';
import { isMet, table } from './report.ts';
import type { Row } from './series.ts';

/** The page that keeps the results of a full run. */
export function resultsPage(rows: readonly Row[]): string {
  const { Node, timetoken } = versions();
  const peers = Object.entries(PEERS).map(([name, version]) => `${name} ${version}`);
  const missed = rows.filter((row) => !isMet(row)).map(({ title }) => title);
  return `# Results of the origin

Made by \`npm run bench:origin\`; do not edit. Versions: Node ${Node}, timetoken ${timetoken}, ${peers.join(', ')}.

${table(rows)}

${missed.length === 0 ? 'Every target is met.' : `Missed: ${missed.join('; ')}.`}
`;
}
