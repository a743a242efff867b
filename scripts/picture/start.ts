import { picture } from './draw.ts';
import { linesOf } from './lines.ts';

/** The picture of `npm start`, from its output with colours. */
export function startPicture(output: string): string {
  return picture('npm start', linesOf(output), 'The line breaks, and Bob talks on');
}
