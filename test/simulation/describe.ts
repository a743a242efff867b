import type { HandlerDeed, Look, Plan, StartWish, Step, Wish } from './plan.ts';

/** A plan as somebody reads it: the world, then one numbered line for each step. */
export function describePlan({ setting, steps }: Plan): string {
  const width = String(steps.length).length;
  const lines = steps.map((step, index) => `  ${String(index).padStart(width)}  ${describeStep(step)}`);
  return [`world: ${JSON.stringify(setting)}`, ...lines].join('\n');
}

/** A step in a line. */
export function describeStep(step: Step | Look | HandlerDeed): string {
  if (typeof step === 'function') return 'a look';
  switch (step.do) {
    case 'subscribe':
      return `subscribe ${step.id}: ${describeWish(step.wish)}`;
    case 'react': {
      const where = step.at ?? 'client';
      return `on ${step.to} of ${where}, ${step.times} times: ${describeStep(step.deed)}`;
    }
    case 'fault': {
      const { with: what, ...rest } = step.fault;
      return `fault on the next ${step.kind}: ${what}${described(rest)}`;
    }
    default: {
      const { do: what, ...rest } = step;
      return `${what.replaceAll('-', ' ')}${described(rest)}`;
    }
  }
}

function describeWish({ channels, groups, presence, start, recovery }: Wish): string {
  const parts = [
    ...(channels.length > 0 ? [`channels ${channels.join(', ')}`] : []),
    ...(groups.length > 0 ? [`groups ${groups.join(', ')}`] : []),
    ...(presence ? ['with presence'] : []),
    ...(start ? [describeStart(start)] : []),
    ...(recovery ? [`recovery ${recovery}`] : []),
  ];
  return parts.join('; ');
}

function describeStart(start: StartWish): string {
  switch (start.at) {
    case 'message':
      return `from message ${start.back} before the last`;
    case 'last':
      return `with the last ${start.count}`;
    case 'cursor':
      return 'from the kept cursor';
    default:
      return `from ${start.ms} ms ago${start.at === 'date' ? ' (as a Date)' : ''}`;
  }
}

function described(rest: object): string {
  const parts = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`;
}
