// Writes the JSON Schemas for editors: npm run build && node scripts/schema.mjs. With --check it writes
// nothing and exits with 1 if a file is outdated.
import { readFileSync, writeFileSync } from 'node:fs';
import { baselineJsonSchema } from '../dist/config/baseline.js';
import { matrixJsonSchema } from '../dist/config/matrix.js';
import { suppressionsJsonSchema } from '../dist/config/suppressions.js';

const SCHEMAS = {
  'schema.json': matrixJsonSchema,
  'baseline.schema.json': baselineJsonSchema,
  'suppressions.schema.json': suppressionsJsonSchema,
};

for (const [name, made] of Object.entries(SCHEMAS)) {
  const file = new URL(`../matrices/${name}`, import.meta.url);
  const text = `${JSON.stringify(made(), null, 2)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`matrices/${name} is not current: run npm run build && node scripts/schema.mjs`);
    process.exitCode = 1;
  }
}
