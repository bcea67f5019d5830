/** Whether the logs of a collection have the same findings in every form that their format allows (see ../fuzz/rewrap.mjs). */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { facts, REWRAPS } from '../fuzz/rewrap.mjs';
import { fileOf } from './expect.mjs';

/** Prints each form and log that differ, and totals. Returns the number of differences. */
export function checkForms(root, sources, parseText) {
  const factsOf = (text) => JSON.stringify(facts(parseText(text)));
  let forms = 0;
  let different = 0;
  for (const source of sources) {
    const rows = readFileSync(join(root, source, 'index.jsonl'), 'utf8')
      .trim()
      .split('\n');
    for (const path of rows.map((row) => join(root, source, fileOf(JSON.parse(row))))) {
      if (!existsSync(path)) continue;
      const text = readFileSync(path, 'utf8');
      const wanted = factsOf(text);
      for (const { name } of REWRAPS.filter(
        (r) => r.fits(text) && ++forms && factsOf(r.change(text)) !== wanted,
      )) {
        different++;
        console.log(`${path}: ${name}`);
      }
    }
  }
  console.log(`${forms} forms of logs, ${different} of them with other findings`);
  return different;
}
