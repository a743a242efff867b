/** Whether a value is a `Uint8Array`, of this realm or another: test runners and frames have types of their own. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';
}
