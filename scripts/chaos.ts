// `npm run chaos` sends many messages through origins that die and a network that breaks, to clients of ours and to
// `pubnub` 7.3.3 beside them. Everything stays on this machine.
import { parseArgs } from 'node:util';
import { describeReport, isFlawless, rideStorm, type StormPlan, WHOLE } from '../test/support/chaos-storm.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: String(WHOLE.messages) },
    clients: { type: 'string', default: String(WHOLE.clients) },
    peers: { type: 'string', default: String(WHOLE.peers) },
    restarts: { type: 'string', default: String(WHOLE.restarts) },
    seed: { type: 'string' },
  },
});
const given = Object.entries(values).filter(([, value]) => value !== undefined);
const numbers = Object.fromEntries(given.map(([name, value]) => [name, Number(value)]));
const plan: StormPlan = { ...WHOLE, seed: Date.now() % 2 ** 31, ...numbers };
const began = performance.now();
console.log(`seed ${plan.seed}`);
const report = await rideStorm(plan, (published, delivered, what) => {
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`${seconds} s: ${published} of ${plan.messages} published, ${delivered} delivered: ${what}`);
});
for (const line of report.complaints) console.log(line);
console.log(describeReport(plan, report));
// A client of another maker may have timers that nobody ends.
process.exit(report.published >= plan.messages && isFlawless(report.ours) ? 0 : 1);
