// The clock of the test kit is the clock of these tests.
// biome-ignore-all lint/performance/noBarrelFile: one place that says where the clock comes from.
export { settle } from '../../src/testing/system.ts';
export { VirtualClock } from '../../src/testing/virtual-clock.ts';
