// Writes the table of lanes and their limits into docs/lanes.md, from the gates themselves: npm run build &&
// node scripts/lanes.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { lanesOf } from '../dist/setup/lanes.js';

const file = new URL('../docs/lanes.md', import.meta.url);
const text = readFileSync(file, 'utf8');
const [before, rest] = text.split('<!-- lanes:begin -->');
const after = rest?.split('<!-- lanes:end -->')[1];
if (after === undefined) throw new Error('docs/lanes.md has no lanes:begin and lanes:end');
const made = `${before}<!-- lanes:begin -->\n\n${lanesOf()}\n\n<!-- lanes:end -->${after}`;
writeFileSync(file, await format(made, { parser: 'markdown', printWidth: 120, proseWrap: 'always' }));
