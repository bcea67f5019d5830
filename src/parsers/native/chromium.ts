/**
 * Chromium's handler of signals, which Electron and `d8` have too, and Electron's words for failures of V8. Sources: Chromium
 * `base/debug/stack_trace_posix.cc`; V8 `src/base/debug/stack_trace_posix.cc`; Electron `shell/common/node_bindings.cc`,
 * `shell/browser/javascript_environment.cc`; Chromium `gin/v8_initializer.cc`.
 *
 *     Received signal 11 SEGV_MAPERR 000000000018
 *     #0 0x5583a1b2c3d4 base::debug::CollectStackTrace()
 *     #4 0x7f1d5a6b7c8d shelf_top
 *       r8: 0000000000000000  r9: …
 *     [end of stack trace]
 *
 *     [4242:0115/123456.789012:ERROR:node_bindings.cc(160)] Fatal error in V8: HandleScope::HandleScope Entering the V8 API …
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { appleFrame } from '../engine/apple-frame.js';
import { libcFrameOf, parseFrame } from '../engine/frame.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { dropHandler } from '../engine/signal-handler.js';
import { faultName, signalHazard } from '../engine/signals.js';

const RECEIVED =
  /^\s*Received signal (\d{1,2})(?: ([A-Z]{2,5}_\w{2,20}|<unknown>) ([0-9a-f]{12,16})|(?: (?:[A-Z]{1,5}(?:_\w{0,20})?|<\w{0,10}>?|[0-9a-f]{0,16})){1,3})?$/;
/** Where nothing is known of a frame but its address. */
const BARE = /^\s*\[(0x[0-9a-f]{8,16})\]$/;
const END = /^\s*\[end of stack trace\]$/;
const TITLE = /^\s*={4} C stack trace =+$/;
const REGISTERS = /^\s*(?:[a-z]\w{1,3}: {1,2}[0-9a-f]{8,16}(?:\s+|$)){1,4}$/;
/** Chromium's logger: process, thread, date, severity, file and line. */
const LOGGED =
  /^\s*\[\d{1,10}(?::\d{1,12})?:\d{4}\/\d{6}(?:\.\d{1,6})?:(?:ERROR|FATAL|INFO):[\w.]{1,80}(?:\(|:)\d{1,7}\)?\] (.*)$/;
const HANDLER =
  /^(?:base::debug::|logging::|v8::base::debug::|\(anonymous namespace\)::StackDumpSignalHandler)/;

const FAILURES: readonly [RegExp, string, HazardId][] = [
  [/^(?:OOM error in V8: |V8 (?:process|javascript) OOM|V8 OOM )/, 'out-of-memory', 'resource/exhausted'],
  [
    /^Fatal error in V8: .*(?:heap out of memory|Allocation failed|invalid array length)/,
    'out-of-memory',
    'resource/exhausted',
  ],
  [
    /^Fatal error in V8: .*(?:proper locking|another thread|different thread)/,
    'wrong-thread',
    'threading/wrong-thread-env',
  ],
  [/^Fatal error in V8: .*(?:HandleScope|v8::|napi_)/, 'fatal-api', 'rules/other'],
  [/^Fatal error in V8: /, 'fatal', 'crash/abort'],
];

const WORDS =
  /\bReceived signal (?:[4-8]|11)(?:$| (?:[A-Z]{2,5}_\w{2,20}|<unknown>)(?:$| [0-9a-f]{12,16}\b))/;

/** Reads signals that Chromium's handler caught, and failures of V8 as Electron reports them. */
export const chromium = readReports<Tentative>({
  tools: ['chromium', 'node'],
  literals: [
    'Received signal ',
    'Fatal error in V8: ',
    'OOM error in V8: ',
    'V8 process OOM',
    'V8 javascript OOM',
    '[end of stack',
    ' r8: 0',
  ],
  markers: [
    { words: WORDS, opening: WORDS },
    { words: /\bFatal error in V8: \S|\bOOM error in V8: |\bV8 (?:process|javascript) OOM \(/ },
  ],
  traces: [END, /^\s*r8: [0-9a-f]{16} {1,4}r9: [0-9a-f]{16} /],
  begin,
  take,
  finish({ diagnostic }) {
    const frames = diagnostic.stacks[0]?.frames;
    if (diagnostic.tool === 'chromium' && frames !== undefined) dropHandler(frames, HANDLER);
  },
});

function begin(line: Line): Tentative | undefined {
  const received = RECEIVED.exec(line.text);
  const signal = received ? faultName(Number(received[1])) : undefined;
  if (received && signal !== undefined) {
    const address = received[3] === undefined ? undefined : `0x${received[3]}`;
    const report = openReport(
      line,
      {
        tool: 'chromium',
        rule: `chromium/${signal}`,
        hazard: signalHazard(signal, address),
        message: `received ${signal}${received[2] === undefined ? '' : ` (${received[2]})`}`,
        ...(address !== undefined && { address }),
      },
      { missing: 'the end of the stack' },
    );
    return { ...report, isBelieved: true };
  }
  const words = (LOGGED.exec(line.text)?.[1] ?? line.text).trim();
  const failure = FAILURES.find(([f]) => f.test(words));
  if (failure === undefined) return undefined;
  const [, name, hazard] = failure;
  return {
    ...openReport(line, { tool: 'node', rule: `node/${name}`, hazard, message: messageOf(words) }),
    isBelieved: true,
  };
}

function take(open: Tentative, line: Line): Belongs {
  if (open.diagnostic.tool === 'node') return 'over';
  if (END.test(line.text)) {
    markComplete(open);
    return 'last';
  }
  const frame = frameOf(line.text);
  if (frame === undefined) return TITLE.test(line.text) || REGISTERS.test(line.text) ? 'own' : 'foreign';
  if (open.stack === undefined) openStack(open, 'fault');
  addFrame(open, frame);
  return 'own';
}

function frameOf(text: string): Frame | undefined {
  const bare = BARE.exec(text)?.[1];
  if (bare !== undefined) return { kind: 'opaque', text: bare };
  return appleFrame(text) ?? parseFrame(text)?.frame ?? libcFrameOf(text.trim());
}
