/** Calls a program's function; `failed` gets what it throws, or what the promise that it returns rejects with. */
export function isolated(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const returned = call();
    // A promise of our own settles once, and also rejects if `then` cannot be read.
    if (Object(returned) === returned) new Promise((resolve) => resolve(returned)).catch(failed);
  } catch (error) {
    failed(error);
  }
}
