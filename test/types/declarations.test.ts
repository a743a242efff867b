import { expect, it } from 'vitest';
import { readProjectFile } from '../../scripts/docs-page.ts';

it.each(['pubnub', 'core', 'features/access/feature', 'features/app-context/feature'])(
  'the declarations of %s name the features, so that editors show the comments of operations',
  (name) => {
    const declarations = readProjectFile(`dist/client/${name}.d.ts`);
    expect(declarations).toMatch(/typeof \w+/);
    expect(declarations).not.toContain('.Operation<');
  },
);
