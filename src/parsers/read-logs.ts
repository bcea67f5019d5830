/** Parses the files that a launch left behind. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { demangleFrames } from './demangle.js';
import type { TestEvent } from '../model/test-event.js';
import type { Parsed, Diagnostic } from '../model/diagnostic.js';
import type { Unproven, Watched } from '../model/launch.js';
import { openLog } from './index.js';
import { makeSymbolizer, NAMELESS } from './symbolize.js';
import { linesOf } from '../process/lines.js';
import { openRegular } from '../process/regular-file.js';

export type ReadLog = { path: string; name: string; pid?: number; parsed: Parsed };

/** `asan.123`, `vg.123.xml`, `hs_err_123.log`, `jvm.123.out`: the process whose log it is. */
const pidOf = (name: string): number | undefined => {
  const m = /[._](\d+)(?:\.[a-z]+)?$/.exec(name);
  return m ? Number(m[1]) : undefined;
};

let isPrepared = false;

/** Makes ready what the first log would otherwise wait for: the index over the words of all readers. */
export const prepareReading = (): void => {
  if (!isPrepared) openLog(() => undefined).push(Buffer.from('\n'));
  isPrepared = true;
};

/** Streams one file through the parsers. */
export const readLog = async (path: string): Promise<Parsed> => {
  const diagnostics: Diagnostic[] = [];
  const log = openLog((s) => {
    demangleFrames(s);
    diagnostics.push(s);
  });
  const file = openRegular(path);
  if (file !== undefined)
    for await (const chunk of createReadStream(path, { fd: file.fd, highWaterMark: 1 << 18 }))
      log.push(chunk as Buffer);
  const { unread, complete, missing } = log.end();
  diagnostics.sort((a, b) => a.log.line - b.log.line);
  diagnostics.forEach(demangleFrames);
  return { diagnostics, unread, complete, missing };
};

/** Drops diagnostics that the suite's own result has judged already. */
const beyondTheSuite = (parsed: Parsed): Parsed => ({
  ...parsed,
  diagnostics: parsed.diagnostics.filter((s) => s.ordinary !== true),
});

/** ASan's word for a fault it has caught goes to stderr at once; the report that follows goes to the log. */
const ANNOUNCED = /a deadly signal was caught and no report followed$/;
const FAULT = /^[a-z]+san\/(?:SEGV|BUS|FPE|ILL|ABRT|TRAP|stack-overflow)/;

/** A report is not missing from one file of a launch when it is in another. */
const settle = (logs: ReadLog[]): ReadLog[] => {
  if (!logs.some((g) => g.parsed.diagnostics.some((s) => FAULT.test(s.rule)))) return logs;
  return logs.map((g) => {
    const missing = g.parsed.missing.filter((m) => !ANNOUNCED.test(m));
    return missing.length === g.parsed.missing.length
      ? g
      : { ...g, parsed: { ...g.parsed, missing, complete: missing.length === 0 } };
  });
};

/** All logs of a launch: the gate's directory and the ordered output. Empty files say nothing and are left out. */
export const readLogs = async (logDir: string, output: string): Promise<ReadLog[]> => {
  const names = (await readdir(logDir).catch(() => [])).sort().map((n) => join(logDir, n));
  const found: ReadLog[] = [];
  for (const path of [...names, output]) {
    const s = await stat(path).catch(() => undefined);
    if (!s?.isFile() || s.size === 0) continue;
    const name = basename(path);
    const pid = path === output ? undefined : pidOf(name);
    found.push({
      path,
      name,
      ...(pid === undefined ? {} : { pid }),
      parsed: beyondTheSuite(await readLog(path)),
    });
  }
  await nameFrames(found);
  return settle(found);
};

/** Sanitizers name their frames themselves. Guards do not, and what they report at two places must not be one finding. */
const nameFrames = async (logs: readonly ReadLog[]): Promise<void> => {
  const nameless = logs.flatMap((g) => g.parsed.diagnostics.filter((d) => NAMELESS.has(d.tool)));
  if (nameless.length === 0) return;
  const symbolizer = makeSymbolizer();
  await symbolizer.resolve(nameless);
  symbolizer.close();
  nameless.forEach(demangleFrames);
};

const holds = (path: string, line: RegExp): boolean => {
  for (const l of linesOf(path)) if (line.test(l)) return true;
  return false;
};

/** How much the processes of a guard say that they watched: the sum over all logs, absent if none has such a line. */
export const watchedIn = (
  { line, none }: Watched,
  logs: readonly Pick<ReadLog, 'path'>[],
): { sum?: number; none: string } => {
  const said = logs.flatMap((g) => [...linesOf(g.path)].flatMap((l) => line.exec(l)?.[1] ?? []));
  return { ...(said.length ? { sum: said.reduce((sum, n) => sum + Number(n), 0) } : {}), none };
};

/** How a guard names a test that proves nothing, as JSON. Written by plugins/pytest/ffi_gates_guard.py. */
const UNPROVEN = /^ffi-gates guard [a-z]+: not (repeatable|looked at closely): (".{0,4000}")$/;

/** A line was cut, or is another program's. */
const testNamed = (json: string): string[] => {
  try {
    const test: unknown = JSON.parse(json);
    return typeof test === 'string' ? [test] : [];
  } catch {
    return [];
  }
};

/** The tests of which the logs of a guard say that they prove nothing, if there are any. */
export const unprovenIn = (logs: readonly Pick<ReadLog, 'path'>[]): Unproven | undefined => {
  const found = { once: [] as string[], open: [] as string[] };
  for (const { path } of logs)
    for (const line of linesOf(path)) {
      const [, what, json] = UNPROVEN.exec(line) ?? [];
      if (json !== undefined) found[what === 'repeatable' ? 'once' : 'open'].push(...testNamed(json));
    }
  return found.once.length + found.open.length > 0 ? found : undefined;
};

/** Of the processes that ran tests, one that left no `line`; a framework that names none must show it once. */
export const withoutEnd = (
  line: RegExp,
  events: readonly TestEvent[],
  logs: readonly ReadLog[],
): string | undefined => {
  const ran = new Set(events.flatMap((e) => (e.pid === undefined ? [] : [e.pid])));
  const checked = new Set<number | undefined>();
  for (const g of logs) if (holds(g.path, line)) checked.add(g.pid);
  if (ran.size === 0)
    return events.length && checked.size === 0 ? 'the process left without its end being checked' : undefined;
  const left = [...ran].find((pid) => !checked.has(pid));
  return left === undefined
    ? undefined
    : `process ${left} left without its end being checked (_exit, a signal)`;
};
