import { describe, expect, it } from 'vitest';
import { breakRule, clientSources } from '../../scripts/broken-rules/apply.ts';
import { RULES } from '../../scripts/broken-rules/rules.ts';

describe('breaking a rule', () => {
  const sources = new Map([['file:///a.ts', 'if (a &&\n    b) go();\nstop();\nstop();\n']]);

  it.each(RULES)('is possible: $says', (rule) => {
    const { url, text } = breakRule(rule, clientSources());
    expect(text).not.toBe(clientSources().get(url));
  });

  it('does not mind how the source is formatted', () =>
    expect(breakRule({ says: '', find: 'a && b', replace: '$&' }, sources)).toEqual({
      url: 'file:///a.ts',
      text: 'if ($&) go();\nstop();\nstop();\n',
    }));

  it.each([['stop()'], ['start()']])('is refused where %s does not stand exactly once', (find) =>
    expect(() => breakRule({ says: 'it goes', find, replace: '' }, sources)).toThrow(
      '"it goes" cannot be broken',
    ),
  );
});
