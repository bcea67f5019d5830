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
import type { Frame, Stack } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { parseFrame } from '../engine/frame.js';
import { javaFrame } from './java-frame.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

/** Dalvik said `JNI ERROR (app bug)`, and ART says it of its tables of references, before what its checker says of that. */
const HEAD = /JNI (?:DETECTED ERROR IN APPLICATION|(ERROR \(app bug\))): (.*)$/s;
const QUOTED = /\bAbort message: '/;
/** The thread that is told of, and what is known of it. */
const THREAD = /^"[^"]*"(?: daemon)? prio=\d+ tid=\d+ /;
const ABOUT = /^\s+\| |^Runtime aborting|^Aborting thread:|^\(no managed stack frames\)/;
/** What follows is told of every thread. */
const OTHERS = /^(?:Dumping all threads|All threads:|DALVIK THREADS)/;
const CALL = /^\s+in call to (.+)$/;
const FROM = /^\s+from (.+)$/;

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

type Open = {
  first: Line;
  last: Line;
  message: string;
  /** It may only announce another message. */
  announces: boolean;
  thread: boolean;
  call?: string;
  from?: string;
  native: Frame[];
  managed: Frame[];
};

/** `  native: #00 pc 0003f2a0  /system/lib/libart.so (f+8)`, without `native:` in a tombstone. */
const nativeFrame = (text: string): Frame | undefined =>
  / #\d+ {1,2}pc /.test(text) ? parseFrame(text.replace(/^\s*native: /, ''))?.frame : undefined;

/** Makes the reader of ART's JNI checker. */
export const art: LineReader = {
  kind: 'lines',
  tools: ['art'],
  literals: ['JNI DETECTED ERROR', 'JNI ERROR (app bug)'],
  markers: [],
  make,
};

function make(emit: Emit): LineSession {
  let open: Open | undefined;
  /** The message that was told last. */
  let told: string | undefined;

  const close = (): void => {
    if (!open) return;
    const { first, last, message, call, from, native, managed } = open;
    open = undefined;
    const stacks: Stack[] = [];
    if (native.length > 0) stacks.push({ role: 'fault', frames: native });
    if (managed.length > 0) stacks.push({ role: 'managed', frames: managed });
    const place = call ?? from;
    const complete = place !== undefined || native.length + managed.length > 0;
    emit({
      tool: 'art',
      rule: `art/${call?.replace(/\W.*$/s, '') || 'check-jni'}`,
      hazard: MEANINGS.find(([shape]) => shape.test(message))?.[1] ?? 'rules/jni-wrong-type',
      message: `${message.replace(/0x[0-9A-Fa-f]+/g, '0x…')}${place === undefined ? '' : ` ${call === undefined ? 'from' : 'in call to'} ${place}`}`,
      stacks,
      complete,
      ...(!complete && { missing: 'the log ends before the place of this message' }),
      log: { line: first.no, endLine: last.no, offset: first.offset },
    });
  };

  return {
    line(line) {
      const [, announces, found] = HEAD.exec(line.text) ?? [];
      if (found !== undefined) {
        const again = QUOTED.test(line.text);
        const message = again ? found.replace(/'$/, '') : found;
        if (again && message === told) {
          told = undefined;
          if (open) open.last = line;
          return 'consumed';
        }
        const placed = open?.call ?? open?.from ?? open?.native[0] ?? open?.managed[0];
        const first = open?.announces && placed === undefined ? open.first : line;
        if (first === line) close();
        told = message;
        open = {
          first,
          last: line,
          message,
          announces: announces !== undefined,
          thread: false,
          native: [],
          managed: [],
        };
        return 'consumed';
      }
      if (!open) return 'ignored';
      const call = CALL.exec(line.text)?.[1];
      const from = FROM.exec(line.text)?.[1];
      const native = nativeFrame(line.text);
      const managed = javaFrame(line.text);
      if (call !== undefined) open.call ??= call;
      else if (from !== undefined) open.from ??= from;
      else if (native) open.native.push(native);
      else if (managed) open.managed.push(managed);
      else if (THREAD.test(line.text) && !open.thread && open.native.length + open.managed.length === 0)
        open.thread = true;
      else if (!ABOUT.test(line.text)) {
        const over = OTHERS.test(line.text) || THREAD.test(line.text);
        if (over || open.native.length + open.managed.length > 0) close();
        return 'ignored';
      }
      open.last = line;
      return 'consumed';
    },
    end() {
      close();
      return [];
    },
  };
}
