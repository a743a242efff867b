/** How much of everything. */
export interface Plan {
  readonly rounds: number;
  readonly warmUp: number;
  /** Polls that are parked at once. */
  readonly clients: number;
  /** Broadcasts to all of them in a round. */
  readonly broadcasts: number;
  /** Publishes in a round that measures their CPU time. */
  readonly publishes: number;
  /** Milliseconds of a round that measures how many publishes a second there are. */
  readonly rushMs: number;
  /** Connections that publish in such a round. */
  readonly publishers: number;
  /** Clients that come with an old cursor, and how often in a round. */
  readonly returning: number;
  readonly returns: number;
}

export const FULL: Plan = {
  rounds: 5,
  warmUp: 1,
  clients: 10_000,
  broadcasts: 5,
  publishes: 10_000,
  rushMs: 2_000,
  publishers: 256,
  returning: 1_000,
  returns: 5,
};

export const QUICK: Plan = {
  ...FULL,
  ...{ rounds: 1, clients: 2_000, broadcasts: 4, publishes: 5_000, rushMs: 1_000, returns: 4 },
};

/** Enough to see that everything works. */
export const TINY: Plan = {
  rounds: 1,
  warmUp: 0,
  clients: 50,
  broadcasts: 1,
  publishes: 50,
  rushMs: 20,
  publishers: 8,
  returning: 10,
  returns: 1,
};

// Descriptors of a process that are no clients.
const RESERVED = 200;

/** The plan, with no more clients than this process and its children can connect. */
export function withinLimits(plan: Plan): Plan {
  const most = openFiles() - RESERVED;
  return { ...plan, clients: Math.min(plan.clients, most), returning: Math.min(plan.returning, most) };
}

// Node has raised its own limit as far as the system lets it.
function openFiles(): number {
  const report: unknown = process.report.getReport();
  const limit = valueAt(report, ['userLimits', 'open_files', 'soft']);
  return typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY;
}

function valueAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined;
  // It has the name.
  return valueAt((value as Readonly<Record<string, unknown>>)[name], rest);
}
