import { printTranscript, type TranscriptEntry } from './transcript.ts';

/** A test did something that it did not mean to, or waits for what does not come. The message ends in the transcript. */
export class TestNetworkError extends Error {
  /** What went over the network until then. */
  readonly transcript: readonly TranscriptEntry[];

  constructor(message: string, transcript: readonly TranscriptEntry[], options?: ErrorOptions) {
    super(`${message}\n\nWhat went over the network:\n${printTranscript(transcript)}`, options);
    this.name = 'TestNetworkError';
    this.transcript = transcript;
  }
}

/** A place in the test. */
export type CallSite = (error: Error) => void;

// What exists in V8, and by now elsewhere too.
interface StackCapture {
  captureStackTrace?(target: object, above: unknown): void;
}

/** The place from which a function was called; errors that come later are made to point at it. */
export function callSiteOf(called: unknown): CallSite {
  const site: { stack?: string } = {};
  (Error as StackCapture).captureStackTrace?.(site, called);
  const { stack } = site;
  return (error) => {
    const frames = stack?.slice(stack.indexOf('\n'));
    if (frames) error.stack = `${error.name}: ${error.message}${frames}`;
  };
}
