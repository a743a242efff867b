import { printTranscript, type TranscriptEntry } from './transcript.ts';

/** An unintended effect of a test, or a wait that has failed. The message ends in the transcript. */
export class TestNetworkError extends Error {
  /** The requests until then. */
  readonly transcript: readonly TranscriptEntry[];

  constructor(message: string, transcript: readonly TranscriptEntry[], options?: ErrorOptions) {
    super(`${message}\n\nRequests on the network:\n${printTranscript(transcript)}`, options);
    this.name = 'TestNetworkError';
    this.transcript = transcript;
  }
}

/** Makes an error point at a place in the test. */
export type CallSite = (error: Error) => void;

// A V8 function, which other engines have adopted.
interface StackCapture {
  captureStackTrace?(target: object, above: unknown): void;
}

/** Captures the place from which a function was called, for errors that come later. */
export function callSiteOf(called: unknown): CallSite {
  const site: { stack?: string } = {};
  (Error as StackCapture).captureStackTrace?.(site, called);
  const { stack } = site;
  return (error) => {
    const frames = stack?.slice(stack.indexOf('\n'));
    if (frames) error.stack = `${error.name}: ${error.message}${frames}`;
  };
}
