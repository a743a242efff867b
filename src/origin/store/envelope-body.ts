import type { EventKind } from '../../protocol/envelope.ts';
import type { Timetoken } from '../../protocol/timetoken.ts';

/** The publisher's parts of an envelope. */
export interface EnvelopeParts {
  readonly channel: string;
  /** JSON text, delivered as it came. */
  readonly payload: string;
  /** Absent for messages and presence: some clients read an explicit 0 as a file. */
  readonly kind?: EventKind | undefined;
  readonly publisher?: string | undefined;
  readonly sequence?: number | undefined;
  /** JSON text. */
  readonly meta?: string | undefined;
  readonly customMessageType?: string | undefined;
  /** Origination timetoken and the region that counts it. */
  readonly origination?: { readonly t: Timetoken; readonly r: number } | undefined;
}

/** The envelope's members that are known before it is stamped, as JSON text without braces. */
export function envelopeBody(parts: EnvelopeParts): string {
  const { kind, publisher, sequence, origination, meta, customMessageType } = parts;
  const members = [
    kind !== undefined && `"e":${kind}`,
    publisher !== undefined && `"i":${JSON.stringify(publisher)}`,
    sequence !== undefined && `"s":${sequence}`,
    origination !== undefined && `"o":${JSON.stringify(origination)}`,
    `"c":${JSON.stringify(parts.channel)},"d":${parts.payload}`,
    meta !== undefined && `"u":${meta}`,
    customMessageType !== undefined && `"cmt":${JSON.stringify(customMessageType)}`,
  ];
  return members.filter((member) => member !== false).join(',');
}
