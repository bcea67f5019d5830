/**
 * What systemd keeps of a process that a fault killed, as `coredumpctl info` and the journal show it. Source: `src/coredump/coredump.c`,
 * `src/coredump/coredumpctl.c`, `src/shared/elf-util.c`.
 *
 *            Signal: 6 (ABRT)
 *           Message: Process 412 (till) of user 1000 dumped core.
 *
 *                    Stack trace of thread 412:
 *                    #0  0x00007f98df010755 raise (libc.so.6 + 0x3c755)
 *                    #1  0x00007f98d1a5d0c5 n/a (/opt/till/libshelf.so)
 */
import type { Frame } from '../../model/diagnostic.js';
import { addFrame, markComplete, openReport, openStack } from '../engine/open-report.js';
import { begins, type Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { signalHazard } from '../engine/signals.js';

const SIGNAL = /^\s*Signal: \d{1,3} \(([A-Z]{2,6})\)$/;
const MESSAGE =
  /^(?:\s*Message: |\[[^\]]{1,8}\] )?Process (\d{1,10}) \((.{1,64})\) of user \d{1,10} (?:dumped core\.|(?:terminated abnormally|failed) with signal \d{1,3}\/([A-Z]{2,6}), processing\.{3})$/;
const THREAD = /^\s*Stack trace of thread (\d{1,10}):$/;
const FRAME = /^\s*#\d{1,4} {1,2}(0x[0-9a-f]{4,16}) (\S.*) \(([^\s()]{1,400})(?: \+ (0x[0-9a-f]{1,16}))?\)$/;
/** Functions by which a process ends itself. */
const ENDS_ITSELF = /^(?:raise|gsignal|abort|__pthread_kill\w*|pthread_kill\S*|kill)$/;

type Open = Tentative & { signal: string | undefined; isMain: boolean };

/** Reads systemd's reports of core dumps. */
export const coredump = readReports<Open>({
  tools: ['os'],
  literals: ['Signal: ', ' of user ', 'Stack trace of thread '],
  markers: [
    begins(
      /(?:\bMessage: )?\bProcess \d{1,10} \([^()]{1,64}\) of user \d{1,10} (?:dumped core\.$|(?:terminated abnormally|failed) with signal )/,
    ),
  ],
  traces: [THREAD],
  begin,
  take,
  finish,
  patience: 60,
});

const open = (line: Line, signal: string | undefined): Open => ({
  ...openReport(
    line,
    { tool: 'os', rule: 'os/core-dump', hazard: 'crash/other', message: 'core dumped' },
    { missing: 'the stack of the thread that died' },
  ),
  signal,
  isMain: true,
  // Many things have a signal; a core was dumped where that is said.
  isBelieved: 'never',
});

function begin(line: Line, before: Open | undefined): Open | undefined {
  const signal = SIGNAL.exec(line.text)?.[1];
  if (signal !== undefined) return open(line, `SIG${signal}`);
  const found = MESSAGE.exec(line.text);
  if (found === null) return undefined;
  const [, pid, program = '', name] = found;
  const report = before?.isBelieved === 'never' ? before : open(line, undefined);
  report.isBelieved = true;
  if (name !== undefined) report.signal = `SIG${name}`;
  report.diagnostic.pid = Number(pid);
  report.diagnostic.message = `${program} dumped core`;
  return report;
}

function take(report: Open, { text }: Line): Belongs {
  const thread = THREAD.exec(text)?.[1];
  if (thread !== undefined) {
    // The thread that died comes first.
    report.isMain = report.diagnostic.stacks.length === 0;
    if (report.isMain) openStack(report, 'fault', { thread: `thread ${thread}` });
    return 'own';
  }
  const frame = frameOf(text);
  if (frame === undefined) return 'foreign';
  if (report.isMain && report.stack !== undefined) {
    addFrame(report, frame);
    markComplete(report);
  }
  return 'own';
}

function frameOf(text: string): Frame | undefined {
  const found = FRAME.exec(text);
  if (found === null) return undefined;
  const [, pc = '', name = '', module = '', offset] = found;
  const fn = name === 'n/a' ? {} : { function: name };
  if (module === 'n/a')
    return name === 'n/a' ? { kind: 'opaque', text: pc } : { kind: 'symbol', function: name };
  return { kind: 'module', module, ...fn, ...(offset !== undefined && { offset }) };
}

function finish({ diagnostic, signal }: Open): void {
  const top = diagnostic.stacks[0]?.frames[0];
  const endsItself = top !== undefined && top.kind !== 'opaque' && ENDS_ITSELF.test(top.function ?? '');
  const name = signal ?? (endsItself ? 'SIGABRT' : undefined);
  if (name === undefined) return;
  diagnostic.rule = `os/${name}`;
  diagnostic.hazard = signalHazard(name, undefined);
  diagnostic.message += ` (${name})`;
}
