import { invalid } from './checks.ts';

/** Throws `PN-1007`: something needs a feature that the client's class does not have. */
export function missingFeature(what: string, feature: string): never {
  throw invalid(
    `${what} needs the feature ${feature}: make the client with PubNub.with(${feature}), from "timetoken/features".`,
  );
}
