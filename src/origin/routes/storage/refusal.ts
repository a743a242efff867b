import { json } from '../../http/answer.ts';
import { Refusal } from '../../http/refusals.ts';

/** The shape of the storage service; those calls that answer by channel have an empty `channels`. */
export function invalidArguments(frame: { readonly channels?: object } = {}): Refusal {
  return new Refusal(json(400, { status: 400, error: true, error_message: 'Invalid Arguments', ...frame }));
}
