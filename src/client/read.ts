import { isTimetoken, type Timetoken } from '../protocol/timetoken.ts';

/** Whether the value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The timetoken at an index of an array; throws a `TypeError` where there is none. */
export function timetokenAt(body: unknown, index: number): Timetoken {
  const value: unknown = Array.isArray(body) ? body[index] : undefined;
  if (!isTimetoken(value)) throw new TypeError(`expected an array with a timetoken at index ${index}`);
  return value;
}

/** Checks an answer that says nothing but that the call succeeded; throws a `TypeError` otherwise. */
export function serviceStatus(body: unknown): void {
  if (!isRecord(body) || body['status'] !== 200) throw new TypeError('expected an object with status 200');
}
