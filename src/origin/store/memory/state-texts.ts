/** States as JSON texts, each held once however many leases have it, as those of the channels of a group. */
export class StateTexts {
  readonly #texts = new Map<string, { readonly text: string; uses: number }>();

  /** Characters that one more use of a text would add. */
  growth(text: string | undefined): number {
    return text === undefined || this.#texts.has(text) ? 0 : text.length;
  }

  /** Uses a text once more. Returns the text that is held. */
  use(text: string): string {
    const held = this.#texts.get(text) ?? { text, uses: 0 };
    if (held.uses++ === 0) this.#texts.set(text, held);
    return held.text;
  }

  /** Ends one use of a text. Returns the characters that are free now. */
  release(text: string): number {
    const held = this.#texts.get(text);
    if (!held || --held.uses > 0) return 0;
    this.#texts.delete(text);
    return text.length;
  }
}
