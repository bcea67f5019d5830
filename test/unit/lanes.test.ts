/** The table of lanes is made from what the gates say of themselves. */
import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { expect, test } from 'vitest';
import { lanesOf } from '../../src/setup/lanes.js';

test('docs/lanes.md holds it as it is now (else: node scripts/lanes.mjs)', async () => {
  const text = readFileSync(new URL('../../docs/lanes.md', import.meta.url), 'utf8');
  const made = await format(lanesOf(), { parser: 'markdown', printWidth: 120, proseWrap: 'always' });
  expect(text).toContain(made.trim());
});
