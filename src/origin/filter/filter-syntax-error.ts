/** A text that is no filter expression. The message says what is wrong, and at which character. */
export class FilterSyntaxError extends Error {
  /** Index of the character at which the text goes wrong. */
  readonly position: number;

  constructor(problem: string, position: number) {
    super(`${problem} at character ${position + 1}`);
    this.name = 'FilterSyntaxError';
    this.position = position;
  }
}
