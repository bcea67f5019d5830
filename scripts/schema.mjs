// Writes matrices/schema.json, from which editors complete matrix files: npm run build && node scripts/schema.mjs
// With --check it writes nothing and exits with 1 when the file is not current.
import { readFileSync, writeFileSync } from 'node:fs';
import { matrixJsonSchema } from '../dist/matrix.js';

const file = new URL('../matrices/schema.json', import.meta.url);
const text = `${JSON.stringify(matrixJsonSchema(), null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('matrices/schema.json is not current: run npm run build && node scripts/schema.mjs');
  process.exitCode = 1;
}
