/**
 * Android's CheckJNI (`check_jni.cc`, `java_vm_ext.cc`), as logcat or stderr gives it:
 *
 *     JNI DETECTED ERROR IN APPLICATION: use of deleted global reference 0x2a
 *         in call to CallVoidMethod
 *         from void com.x.Main.run()
 *       native: #00 pc 0000000000043d9a  /system/lib64/libart.so (art::DumpNativeStack(...)+106)
 *       at com.x.Main.run(Main.java:12)
 *
 * The same words stand again in the tombstone (`Abort message: '…'`), with the stack of the thread below `backtrace:`.
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { parseFrame } from '../engine/frame.js';
import {
  addFrameTo,
  closeReport,
  extend,
  frameCount,
  openReport,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';
import { javaFrame } from './java-frame.js';

/** Dalvik said `JNI ERROR (app bug)`, and ART says it of its tables of references, before what its checker says of that. */
const HEAD = /JNI (?:DETECTED ERROR IN APPLICATION|(ERROR \(app bug\))): (.*)$/s;
const QUOTED = /\bAbort message: '/;
/** The thread of the report, and facts about it. */
const THREAD = /^"[^"]*"(?: daemon)? prio=\d+ tid=\d+ /;
const ABOUT = /^\s+\| |^Runtime aborting|^Aborting thread:|^\(no managed stack frames\)/;
/** The lines below belong to all threads. */
const OTHERS = /^(?:Dumping all threads|All threads:|DALVIK THREADS)/;
const CALL = /^\s*in call to (.+)$/;
const FROM = /^\s*from (\S+ [\w.$<>]+\(.*)$/;

const MEANINGS: readonly [RegExp, HazardId][] = [
  [/with pending exception|exception pending/, 'unwind/pending-exception'],
  [
    /using JNIEnv\*? from thread|non-attached|without being attached|wrong thread/i,
    'threading/wrong-thread-env',
  ],
  [/critical/i, 'rules/jni-call-in-critical'],
  [/Modified UTF-8/i, 'abi/encoding'],
  [/local reference table overflow/i, 'resource/jni-local-ref-overflow'],
  [/global reference table overflow/i, 'resource/jni-global-ref-leak'],
  [/release|guard pattern|buffer/i, 'rules/jni-bad-release'],
  [/reference|jobject|== null|null pointer|NULL/i, 'rules/jni-bad-reference'],
];

type Open = OpenReport & {
  /** It may only announce another message. */
  announces: boolean;
  /** The line that names the thread has come. */
  hasThread: boolean;
  call?: string;
  from?: string;
};

type State = {
  emit: Emit;
  open: Open | undefined;
  /** The message that was read last: a tombstone repeats it. */
  lastMessage: string | undefined;
};

/** `  native: #00 pc 0003f2a0  /system/lib/libart.so (f+8)`, without `native:` in a tombstone. */
const nativeFrame = (text: string): Frame | undefined =>
  /(?:^|\s)#\d+ {1,2}pc /.test(text) ? parseFrame(text.replace(/^\s*native: /, ''))?.frame : undefined;

/** Makes the reader of ART's JNI checker. */
export const art: LineReader = {
  kind: 'lines',
  tools: ['art'],
  literals: [
    'JNI DETECTED ERROR',
    'JNI ERROR (app bug)',
    'in call to ',
    'No pending exception expected: ',
    'from void ',
    'from int ',
    'from long ',
    'from boolean ',
    'from java.lang.',
  ],
  markers: [begins(/(?<!')\bJNI (?:DETECTED ERROR IN APPLICATION|ERROR \(app bug\)): /)],
  traces: [
    /^\s*No pending exception expected: /,
    /^\s*in call to [A-Z]\w{2,60}$/,
    /^\s*from (?:void|int|long|boolean|java\.lang\.[\w.$]{1,60}) [\w$]{1,60}(?:\.[\w$<>]{1,100}){1,12}\([^()]{0,400}\)$/,
    /^\s*native: #\d{2,4} pc [0-9a-f]{6,16} /,
  ],
  make,
};

function make(emit: Emit): LineSession {
  const s: State = { emit, open: undefined, lastMessage: undefined };
  return {
    line(line) {
      const head = HEAD.exec(line.text);
      if (head) {
        takeMessage(s, line, head[2]!, head[1] !== undefined);
        return 'consumed';
      }
      const { open } = s;
      if (!open) return 'ignored';
      if (takeLine(open, line.text)) {
        extend(open, line);
        return 'consumed';
      }
      if (isOther(line.text) || frameCount(open) > 0) close(s);
      return 'ignored';
    },
    end() {
      close(s);
      return [];
    },
  };
}

function takeMessage(s: State, line: Line, text: string, announces: boolean): void {
  const isQuoted = QUOTED.test(line.text);
  const message = isQuoted ? text.replace(/'$/, '') : text;
  const { open } = s;
  if (isQuoted && message === s.lastMessage) {
    s.lastMessage = undefined;
    if (open) extend(open, line);
    return;
  }
  s.lastMessage = message;
  if (open?.announces && !isPlaced(open)) {
    open.diagnostic.message = message;
    open.announces = announces;
    open.hasThread = false;
    extend(open, line);
    return;
  }
  close(s);
  s.open = {
    ...openReport(line, { tool: 'art', rule: 'art/check-jni', hazard: 'rules/jni-wrong-type', message }),
    announces,
    hasThread: false,
  };
}

const isPlaced = (open: Open): boolean => (open.call ?? open.from) !== undefined || frameCount(open) > 0;

/** The rule is the function of JNI that was called, where that is said. */
function close(s: State): void {
  const { open } = s;
  if (!open) return;
  s.open = undefined;
  const { diagnostic, call, from } = open;
  const { message } = diagnostic;
  const own = from === undefined ? undefined : /^\S+ ([\w.$<>]+)\(/.exec(from)?.[1];
  if (own !== undefined && frameCount(open) === 0)
    addFrameTo(open, 'managed', { kind: 'symbol', function: own });
  const place = call === undefined ? from && ` from ${from}` : ` in call to ${call}`;
  diagnostic.rule = `art/${call?.replace(/\W.*$/s, '') || 'check-jni'}`;
  diagnostic.hazard = MEANINGS.find(([shape]) => shape.test(message))?.[1] ?? 'rules/jni-wrong-type';
  diagnostic.message = `${message.replace(/0x[0-9A-Fa-f]+/g, '0x…')}${place ?? ''}`;
  closeReport(open, s.emit, isPlaced(open) ? undefined : 'the log ends before the place of this message');
}

/** A line below the message: its place, a frame, or what is known of the thread. */
function takeLine(open: Open, text: string): boolean {
  const call = CALL.exec(text)?.[1];
  const from = FROM.exec(text)?.[1];
  const native = nativeFrame(text);
  const managed = javaFrame(text);
  if (call !== undefined) open.call ??= call;
  else if (from !== undefined) open.from ??= from;
  else if (native) addFrameTo(open, 'fault', native);
  else if (managed) addFrameTo(open, 'managed', managed);
  else if (THREAD.test(text) && !open.hasThread && frameCount(open) === 0) open.hasThread = true;
  else return ABOUT.test(text);
  return true;
}

/** The dump goes on with another thread. */
const isOther = (text: string): boolean => OTHERS.test(text) || THREAD.test(text);
