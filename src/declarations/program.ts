/**
 * The program that the gate `declared` runs after each launch: `node program.js SPEC.json`. Writes the report to
 * the file that the specification names.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { Finding } from './compare/function.js';
import { compareHost } from './hosts/index.js';
import { PREFIX, reportText } from './report.js';
import type { Spec } from './spec.js';
import { spell, spellRecord } from './spell.js';
import { tableOf } from './table.js';

const main = async (file: string): Promise<void> => {
  // A reproduction is started later than the file was written, and says nothing.
  const since = Number(process.env['FFI_GATES_SINCE'] ?? NaN);
  const written = JSON.parse(await readFile(file, 'utf8')) as Spec;
  const spec: Spec = Number.isNaN(since) ? written : { ...written, since };
  try {
    const checked = await compareHost(spec);
    const mendOf = (f: Finding): string | undefined => {
      if (f.mend !== undefined) return f.mend;
      const language = f.language ?? spec.language;
      return f.realRecord ? spellRecord(language, f.realRecord) : spell(language, f.name, f.real);
    };
    await writeFile(spec.table, `${JSON.stringify(tableOf(checked, spec.language, mendOf))}\n`);
    await writeFile(spec.log, reportText(checked, spec, mendOf));
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e);
    await writeFile(spec.log, `${PREFIX} failed: ${why.replace(/\s+/g, ' ')}\n`);
    process.exitCode = 1;
  }
};

await main(process.argv[2] ?? '');
