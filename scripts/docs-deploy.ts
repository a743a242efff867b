// The configurations of `deploy` and the metrics of an origin, as pages show them.
import { prometheusMetrics } from '../src/origin/metrics.ts';
import { code, type GeneratedPage, readProjectFile, table } from './docs-page.ts';

const LANGUAGES = {
  'compose.yaml': 'yaml',
  Containerfile: 'dockerfile',
  'timetoken@.service': 'text',
  'haproxy.cfg': 'text',
  'nginx.conf': 'text',
} as const;

/** The page of a cluster, which shows every file of `deploy`. */
export function deployPage(): GeneratedPage {
  const sections: Record<string, string> = {};
  for (const [name, language] of Object.entries(LANGUAGES))
    sections[name] = `\`\`\`${language}\n${readProjectFile(`deploy/${name}`).trim()}\n\`\`\``;
  return { path: 'docs/how-to/run-a-cluster.md', sections };
}

/** Every metric, by the text that its page says. */
export async function metricsTable(): Promise<string> {
  const text = await prometheusMetrics().text();
  const rows = [...text.matchAll(/^# HELP (\w+) (.+)\n# TYPE \w+ (\w+)$/gm)].map(
    ([, name = '', help = '', type = '']) => [code(name), type, help],
  );
  return table(['Metric', 'Type', 'Meaning'], rows);
}
