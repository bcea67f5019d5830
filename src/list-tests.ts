/** Asks a suite for its tests, once for each of its compiled forms. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Arm } from './binding.js';
import { NO_ARM } from './gate.js';
import { launch } from './launch.js';
import { BINDINGS } from './registry.js';
import type { Runner } from './shots.js';

const askForTests = async (r: Runner): Promise<{ tests: string[]; whole: boolean }> => {
  const { cell, room } = r;
  const binding = BINDINGS[cell.suite.binding];
  const dir = join(room.logs, cell.id, 'list');
  await mkdir(dir, { recursive: true });
  const armed = cell.gate.arm({
    host: room.host,
    binding: cell.suite.binding,
    compiler: cell.compiler,
    logDir: dir,
  });
  const arm: Arm = cell.gate.heavy ? NO_ARM : armed;
  const l = binding.list(r.place, r.instrument, room.host.tools, arm);
  const output = join(dir, 'output.log');
  const { exit } = await launch(
    { ...l, env: { ...room.env, ...l.env } },
    { output, timeoutMs: 120_000, signal: room.signal },
  );
  r.evidence.logs.push(output);
  const tests = binding.parseList(await readFile(output, 'utf8').catch(() => ''), r.place);
  return { tests, whole: tests.length > 0 && exit.kind === 'code' && exit.code === 0 };
};

const lists = new Map<string, Promise<string[]>>();

/** The suite's tests. What was compiled once is listed once: the list stays beside it, for other gates and later runs. */
export const listTests = (r: Runner): Promise<string[]> => {
  const kept = join(r.place.out, '.ffi-gates-tests.json');
  const read = async (): Promise<string[]> => {
    const known = await readFile(kept, 'utf8').catch(() => undefined);
    if (known !== undefined) return JSON.parse(known) as string[];
    const { tests, whole } = await askForTests(r);
    // A list that was cut short would silently shorten every later run.
    if (whole) await writeFileAtomic(kept, JSON.stringify(tests));
    return tests;
  };
  let list = lists.get(kept);
  if (!list) lists.set(kept, (list = read()));
  return list;
};
