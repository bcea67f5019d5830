/** The program of a gate that compares or sums up after a launch. */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Arm } from '../model/launch.js';
import { runTool } from '../process/run-tool.js';

/** Milliseconds. Of a large package of Go cgo alone takes minutes, and longer on a busy machine. */
const LIMIT = 1_800_000;

/** Writes the program's specification into `dir`. Returns its command. */
export const prepareAfter = (
  after: NonNullable<Arm['after']>,
  dir: string,
  more: Record<string, unknown>,
): string[] => {
  const file = join(dir, 'after.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...after.settings, ...more }, undefined, 2)}\n`);
  return [...after.argv, file];
};

/**
 * Runs the program. If it leaves no report, one is written that says so: a comparison that did not take place
 * must not look clean.
 */
export const runAfter = async (
  argv: readonly string[],
  log: { path: string; tool: string },
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<void> => {
  const [file = '', ...args] = argv;
  const r = await runTool(file, args, { env, timeoutMs: LIMIT, signal });
  if (existsSync(log.path)) return;
  const said = r.why ?? r.all.split('\n').findLast((l) => l.trim() !== '') ?? `exit status ${r.code}`;
  appendFileSync(log.path, `ffi-gates ${log.tool}: failed: ${said.replace(/\s+/g, ' ').slice(0, 500)}\n`);
};
