import { describe, expect, it } from 'vitest';
import { checkClient, checkOrigin } from './check.ts';
import type { Fact } from './fact.ts';
import { ACCESS_FACTS } from './facts-access.ts';
import { CONTEXT_FACTS } from './facts-context.ts';
import { PRESENCE_FACTS } from './facts-presence.ts';
import { PUBLISH_FACTS } from './facts-publish.ts';
import { REFUSAL_FACTS } from './facts-refusals.ts';
import { STORAGE_FACTS } from './facts-storage.ts';
import { SUBSCRIBE_FACTS } from './facts-subscribe.ts';

// Facts of the protocol (docs/reference/protocol.md), each one request that the client must send and the origin answer.
const FACTS: readonly Fact[] = [
  ...PUBLISH_FACTS,
  ...REFUSAL_FACTS,
  ...SUBSCRIBE_FACTS,
  ...PRESENCE_FACTS,
  ...STORAGE_FACTS,
  ...CONTEXT_FACTS,
  ...ACCESS_FACTS,
].sort((a, b) => a.number - b.number);

const titleOf = ({ number, title }: Fact) => `fact ${number}: ${title}`;

const ofClients = FACTS.flatMap((fact) =>
  typeof fact.client === 'string' ? [] : [[titleOf(fact), fact.request, fact.client] as const],
);
const ofOrigins = FACTS.flatMap((fact) =>
  typeof fact.origin === 'string' ? [] : [[titleOf(fact), fact.request, fact.origin] as const],
);

describe('the protocol', () => {
  it('has 65 facts, none missing and none twice', () => {
    expect(FACTS.map(({ number }) => number)).toEqual(Array.from({ length: 65 }, (_, index) => index + 1));
  });

  it('says why a side has no part in a fact, and no fact is without both', () => {
    const reasons = FACTS.flatMap(({ client, origin }) =>
      [client, origin].filter((side) => typeof side === 'string'),
    );
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z].{10,}\.$/);
    expect(
      FACTS.filter(({ client, origin }) => typeof client === typeof origin && typeof client === 'string'),
    ).toEqual([]);
  });

  it.each(ofClients)('%s — client', (_, request, side) => checkClient(request, side));

  it.each(ofOrigins)('%s — origin', (_, request, side) => checkOrigin(request, side));
});
