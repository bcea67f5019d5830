/**
 * Who allocated the blocks of a leak report, which `plugins/preload/hostleaks.h` prints behind it. LeakSanitizer counts all blocks of
 * one record together whose stacks are alike as far as it unwound them; here each gets the stack, the host's lines and the test
 * of its own.
 *
 *     LEAKED BLOCKS of record 2: 1 block(s), 64 byte(s), in test_a.py::test_x, allocated from:
 *         #0 0x7f1c in malloc (libasan.so.8+0xb1)
 *     called by the host (python):
 *         #0 test_x in /p/test_a.py:7
 *     END OF LEAKED BLOCKS
 *     ALL LEAKED BLOCKS
 */
import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic, Frame, HostRuntime, Stack } from '../../model/diagnostic.js';
import { hostFrameOf } from '../engine/host-frame.js';
import { openReport, openStack, takeFrame, type OpenReport } from '../engine/open-report.js';
import type { Emit, Line } from '../engine/reader.js';

const HEAD =
  /^LEAKED BLOCKS of record (\d{1,9}): (\d{1,15}) block\(s\), (\d{1,18}) byte\(s\)(?:, in (.{1,600}))?, allocated from:$/;
const CALLED = /^called by the host \((python|jvm|mono|node)\):$/;
const END = 'END OF LEAKED BLOCKS';
const ALL = 'ALL LEAKED BLOCKS';
/** The library prints fewer; a log may be anything. */
const MAX_FRAMES = 64;

/** How `callersOf` knows lines that allocated what was lost. */
const TITLE = 'where the leaked block was allocated';

type Group = {
  record: number;
  objects: number;
  bytes: number;
  test: string | undefined;
  native: OpenReport;
  managed: Stack | undefined;
};

export type SplitRecords = {
  /** Takes a record of the report that is read; it is handed over when what may stand behind the report was read. */
  keep: Emit;
  /** Takes a record of which nothing can follow. */
  pass: Emit;
  /** Whether the line belongs to what is printed behind a report. */
  line: (line: Line) => boolean;
  /** Hands over all records. */
  release: () => void;
  complaints: string[];
};

/** Begins with the records of a log. */
export const splitRecords = (emit: Emit): SplitRecords => {
  /** Records of the report in order, and what is left of them. */
  let records: Diagnostic[] = [];
  let groups: Diagnostic[] = [];
  /** Number of records, with those that were passed on. */
  let count = 0;
  const held = new Map<number, Diagnostic>();
  let open: Group | undefined;
  const complaints: string[] = [];
  const close = (): void => {
    if (open !== undefined) groups.push(...apart(open, held.get(open.record)));
    open = undefined;
  };
  return {
    complaints,
    keep(d) {
      records.push(d);
      held.set(++count, d);
    },
    pass(d) {
      count++;
      if (records.length === 0) emit(d);
      else records.push(d);
    },
    line(line) {
      const { text } = line;
      const head = HEAD.exec(text);
      if (head) {
        close();
        if (held.size === 0) complaints.push(`line ${line.no}: leaked blocks without their report`);
        open = begin(line, head);
        return true;
      }
      if (text === ALL) {
        close();
        for (const d of held.values()) if (d.leak) d.leak.foreign = true;
        return true;
      }
      if (open === undefined) return false;
      if (text === END) {
        close();
        return true;
      }
      return takeLine(open, line);
    },
    release() {
      close();
      const rest = records.filter((d) => (d.leak?.objects ?? 1) > 0);
      for (const d of rest) if (d.leak && held.size > 0) d.message = messageOf(d.leak);
      const all = [...groups, ...rest];
      for (const d of all.sort((a, b) => a.log.line - b.log.line)) emit(d);
      records = [];
      groups = [];
      held.clear();
      count = 0;
    },
  };
};

/** The headline of a leak, as the runtime prints it. */
export const messageOf = ({ kind, bytes, objects }: NonNullable<Diagnostic['leak']>): string =>
  `${kind === 'direct' ? 'Direct' : 'Indirect'} leak of ${bytes} byte(s) in ${objects} object(s)`;

function begin(line: Line, head: RegExpExecArray): Group {
  const native = openReport(line, { tool: 'lsan', rule: '', hazard: 'ownership/leak', message: '' });
  openStack(native, 'allocated');
  return {
    record: Number(head[1]),
    objects: Number(head[2]),
    bytes: Number(head[3]),
    test: head[4],
    native,
    managed: undefined,
  };
}

function takeLine(g: Group, line: Line): boolean {
  const called = CALLED.exec(line.text);
  if (called) {
    g.managed = { role: 'managed', host: called[1] as HostRuntime, title: TITLE, frames: [] };
    return true;
  }
  if (g.managed === undefined) return takeFrame(g.native, line);
  const frame = hostFrameOf(line.text);
  if (frame !== undefined && g.managed.frames.length < MAX_FRAMES) g.managed.frames.push(frame);
  return frame !== undefined;
}

/** Whether two frames lie in the same line of the same function. */
const isSameFrame = (a: Frame, b: Frame): boolean =>
  isDeepStrictEqual({ ...a, inlined: undefined }, { ...b, inlined: undefined });

const isInlined = (f: Frame | undefined): boolean => f?.kind === 'source' && f.inlined === true;

/**
 * The stack of a group with the functions into which its calls were inlined: the library names an address by the innermost one
 * alone, the record by all of them, as far as its stack goes.
 */
function withInlined(frames: readonly Frame[], record: readonly Frame[]): Frame[] {
  let from = 0;
  return frames.flatMap((f) => {
    const at = record.findIndex((r, i) => i >= from && isSameFrame(r, f));
    if (at < 0) return [f];
    from = at + 1;
    while (isInlined(record[from - 1]) && from < record.length) from++;
    return structuredClone(record.slice(at, from));
  });
}

/** The group's blocks as a report of their own: they are taken out of their record. None if the record has not so many. */
function apart(g: Group, record: Diagnostic | undefined): Diagnostic[] {
  const leak = record?.leak;
  if (record === undefined || leak === undefined || g.objects === 0) return [];
  if (leak.objects < g.objects || leak.bytes < g.bytes) return [];
  leak.objects -= g.objects;
  leak.bytes -= g.bytes;
  const unwound = g.native.diagnostic.stacks.filter((k) => k.frames.length > 0);
  const managed = g.managed?.frames.length ? [g.managed] : [];
  const mine = { kind: leak.kind, bytes: g.bytes, objects: g.objects };
  const message = messageOf(mine);
  const [allocated] = unwound;
  if (allocated) {
    allocated.title = `${message} allocated from:`;
    allocated.frames = withInlined(allocated.frames, record.stacks[0]?.frames ?? []);
  }
  return [
    {
      ...record,
      message,
      leak: mine,
      ...(g.test === undefined ? {} : { test: g.test }),
      stacks: [...(allocated ? [allocated] : structuredClone(record.stacks)), ...managed],
      log: { ...record.log },
    },
  ];
}
