export type {
  ConformanceCase,
  ConformanceNeed,
  ConformanceOptions,
  ConformancePart,
  OmittedCase,
} from './case.ts';
export { conformanceCases, omittedCases } from './conformance.ts';
