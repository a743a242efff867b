/** One thing that the document of another system names. */
export interface SeedRow {
  /** In the words of the document; its test has this name. */
  readonly capability: string;
  /** What there is to match, in the same words. */
  readonly detail: string;
  /** What takes its place here, as Markdown for the page of the seed. Absent where that page is written by hand. */
  readonly here?: string;
  /** It is answered by words, and not by a test. */
  readonly prose?: true;
}

/** A system whose users may come to this one. */
export interface Seed {
  readonly title: string;
  /** The file of its tests, `test/seeds/<name>.test.ts`. */
  readonly name: string;
  /** The page for its users, from the root of the project. */
  readonly page: string;
  readonly rows: readonly SeedRow[];
}
