/** One import, re-export or `import()` in a source text. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Vanishes when compiled. */
  readonly typeOnly: boolean;
}

// A string or template (kept), or a comment (blanked, so that lines stay where they are).
const TEXT_OR_COMMENT =
  /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|(?<!\\)\/\/[^\n]*/g;

const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:[\w$*{},\s]+?\s*from\s*)?['"]([^'"\n]+)['"]/gm;
const CALL = /\bimport\(\s*['"]([^'"\n]+)['"]/g;

/** The text without its comments. */
export function withoutComments(text: string): string {
  return text.replace(TEXT_OR_COMMENT, (match, kept?: string) => kept ?? match.replace(/[^\n]/g, ' '));
}

/** The text without its comments and the contents of its strings. */
export function onlyCode(text: string): string {
  return text.replace(TEXT_OR_COMMENT, (match, kept?: string) =>
    kept ? "''" : match.replace(/[^\n]/g, ' '),
  );
}

/** Everything the text imports, in order. */
export function importsOf(text: string): readonly Import[] {
  const code = withoutComments(text);
  const lineAt = (index: number) => code.slice(0, index).split('\n').length;
  const statements = [...code.matchAll(STATEMENT)].map((match) => ({
    specifier: match[2] ?? '',
    line: lineAt(match.index),
    typeOnly: match[1] !== undefined || onlyInlineTypes(match[0]),
  }));
  const calls = [...code.matchAll(CALL)].map((match) => ({
    specifier: match[1] ?? '',
    line: lineAt(match.index),
    typeOnly: false,
  }));
  return [...statements, ...calls];
}

/** Whether the text holds imports and re-exports only. */
export function onlyReExports(text: string): boolean {
  return (
    onlyCode(text)
      .replace(/^(?:import|export)\s+(?:type\s+)?(?:[\w$*{},\s]+?\s*from\s*)?''\s*;/gm, '')
      .replace(/^export\s+(?:type\s+)?\{[\w$,\s]*\}\s*;/gm, '')
      .trim() === ''
  );
}

function onlyInlineTypes(statement: string): boolean {
  const names = /\{([^}]*)\}/
    .exec(statement)?.[1]
    ?.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return names !== undefined && names.length > 0 && names.every((name) => name.startsWith('type '));
}
