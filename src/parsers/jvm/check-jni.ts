/**
 * HotSpot's `-Xcheck:jni` (`src/hotspot/share/prims/jniCheck.cpp`). It prints to stdout, for warnings with exit code 0:
 *
 *     WARNING in native method: JNI call made with exception pending
 *     FATAL ERROR in native method: Bad global or local ref passed to JNI
 *     WARNING: JNI local refs: 33, exceeds capacity: 32
 *     Warning: Calling other JNI functions in the scope of Get/ReleasePrimitiveArrayCritical …   (no stack follows)
 *
 * followed by `\tat pkg.Class.method(File.java:9)` lines, or by a native stack when no Java frame is there (JDK 21).
 */
import type { Frame, Diagnostic } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { hotspotFrame, javaFrame } from './java-frame.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

/** Message → hazard; the first match wins. Texts of JDK 8 to 25. */
const MEANINGS: readonly [RegExp, HazardId][] = [
  [/exception pending|without checking exceptions/, 'unwind/pending-exception'],
  [/Using JNIEnv in (?:the wrong|non-Java) thread|non-attached|not attached/, 'threading/wrong-thread-env'],
  [/exited without being detached/, 'threading/missing-detach'],
  [/local refs: \d+, exceeds capacity/, 'resource/jni-local-ref-overflow'],
  [/Calling other JNI functions in the scope of|in jni critical section/, 'rules/jni-call-in-critical'],
  [/failed bounds check/, 'bounds/host-buffer-too-small'],
  [/modified UTF-8 length|not a valid UTF8/, 'abi/encoding'],
  [
    /unrecognized elements|something (?:not )?allocated by|[Uu]nrecognized (?:array release )?mode/,
    'rules/jni-bad-release',
  ],
  [/Elements vector null/i, 'rules/jni-bad-release'],
  [/Bad global or local ref|Invalid (?:weak )?(?:global|local) JNI handle/, 'rules/jni-bad-reference'],
  [/Null object passed|null class|null throwable/i, 'rules/jni-bad-reference'],
  [/negative capacity/, 'bounds/length-arithmetic'],
  [
    /class descriptor|not a class|Throwable|Wrong object class|methodID|[Ff]ield|[Aa]rray|non-string/,
    'rules/jni-wrong-type',
  ],
  [/Mismatched JNINativeInterface tables/, 'tool/internal-error'],
  [/unlocked by JNI/, 'threading/lock-misuse'],
  [/MXCSR|floating point control/, 'abi/other'],
];

/**
 * Whether a released pointer cannot be one that the JVM handed out: product builds use the same words for an overrun
 * and for a foreign pointer and print no guards, but its guarded copies are aligned as `malloc` aligns them.
 */
const strange = (address: string | undefined): boolean =>
  address !== undefined && Number.parseInt(address.slice(-2), 16) % (address.length > 10 ? 16 : 8) !== 0;

/** `FATAL ERROR` with other words is a call of JNI's own FatalError: the program aborts itself. */
const meaning = (message: string, fatal: boolean): HazardId =>
  MEANINGS.find(([shape]) => shape.test(message))?.[1] ?? (fatal ? 'crash/abort' : 'rules/other');

/** Short stable name of a message: its first words, without what varies. */
const slug = (message: string): string =>
  message
    .replace(/^checked_jni_|"[^"]*"?|0x[0-9A-Fa-f]+|\d+|\. .*$/gs, ' ')
    .trim()
    .split(/[^A-Za-z]+/)
    .slice(0, 8)
    .join('-')
    .toLowerCase() || 'message';

const HEAD = /^(WARNING in native method|FATAL ERROR in native method): (.*)$/;
const REFS = /^WARNING: (JNI local refs: \d+, exceeds capacity: \d.*)$/s;
const CRITICAL = /^Warning: (Calling other JNI functions in the scope of .*)$/;
const STRING_SIZE = /^WARNING: (large String with modified UTF-8 length .*)$/;
const VM_WARNING =
  /^(?:[\w()-]+ )*VM warning: (MXCSR changed by native JNI code.*|Attached JNI thread exited without being detached.*|Object has been unlocked by JNI.*|Possible deadlock due to allocating while in jni critical.*)$/;
/** Printed before the FATAL ERROR about the same release; alone only when the log is cut. */
const PREAMBLE =
  /^(\w+: release (?:array|chars) failed bounds check.*|\w+: \w.* called on something (?:not )?allocated by \w.*)$/s;
const GUARD = /^(?:GuardedMemory\(0x|\s+(?:Header guard|Trailer guard|User data) )/;
/** The JVM's complaint that a preloaded runtime replaced its signal handler: no misuse of JNI. */
const HANDLERS =
  /^(?:Warning: SIG\w+ handler (?:expected|modified|flags)|(?:\S+ )*warning: SIG\w+ handler (?:modified|flags)|SIG\w+: .*, mask\[0\]=|\s*(?:handler (?:expected|modified)|expected|found):|Running in non-interactive shell|\s+expected:SIG|\s+found:)/i;

type Open = {
  message: string;
  fatal: boolean;
  whole: boolean;
  address?: string;
  broken: { header: boolean };
  managed: Frame[];
  native: Frame[];
  first: Line;
  last: Line;
};

/** Makes the reader of HotSpot's JNI checker. */
export const checkJni: LineReader = {
  kind: 'lines',
  tools: ['xcheck-jni'],
  literals: [
    'in native method',
    'JNI local refs',
    'Calling other JNI',
    'large String with',
    'VM warning: ',
    'failed bounds check',
    ' allocated by ',
  ],
  markers: [{ words: /\b(?:WARNING|FATAL ERROR) in native method\b/ }],
  make,
};

function make(emit: Emit): LineSession {
  let open: Open | undefined;
  /** Whether `open` is a preamble that still waits for its headline. */
  let waiting = false;

  const begin = (line: Line, message: string, fatal: boolean, whole: boolean): void => {
    open = {
      message,
      fatal,
      whole,
      broken: { header: false },
      managed: [],
      native: [],
      first: line,
      last: line,
    };
  };

  const close = (cut: boolean): void => {
    if (!open) return;
    const { managed, native } = open;
    const complete = !waiting && (open.whole || !cut || managed.length + native.length > 0);
    const stacks: Diagnostic['stacks'] = [];
    if (native.length > 0) stacks.push({ role: 'fault', frames: native });
    if (managed.length > 0) stacks.push({ role: 'managed', frames: managed });
    const broken = /failed bounds check/.test(open.message) && (open.broken.header || strange(open.address));
    emit({
      tool: 'xcheck-jni',
      rule: `xcheck-jni/${slug(open.message)}`,
      hazard: broken ? 'rules/jni-bad-release' : meaning(open.message, open.fatal),
      message: open.message.replace(/0x[0-9A-Fa-f]+/g, '0x…').trim(),
      stacks,
      ...(open.address && { address: open.address }),
      complete,
      ...(!complete && { missing: 'the log ends before the stack of this message' }),
      log: { line: open.first.no, endLine: open.last.no, offset: open.first.offset },
    });
    open = undefined;
    waiting = false;
  };

  const headline = (line: Line): boolean => {
    const text = line.text;
    const head = HEAD.exec(text);
    if (head) {
      const before = waiting ? open : undefined;
      if (!before) close(false);
      begin(line, head[2] ?? '', text.startsWith('FATAL'), /non-Java thread/.test(text));
      if (before && open) {
        const { first, broken, address } = before;
        open = { ...open, first, broken, ...(address && { address }) };
      }
      waiting = false;
      return true;
    }
    const message = (REFS.exec(text) ??
      CRITICAL.exec(text) ??
      STRING_SIZE.exec(text) ??
      VM_WARNING.exec(text))?.[1];
    if (message) {
      close(false);
      begin(line, message, false, !REFS.test(text));
      return true;
    }
    const preamble = PREAMBLE.exec(text)?.[1];
    if (preamble) {
      close(false);
      begin(line, preamble, true, false);
      const address = /(?:carray|chars|elements?): (0x[0-9A-Fa-f]+)/.exec(preamble)?.[1];
      if (open && address) (open as Open).address = address;
      waiting = true;
      return true;
    }
    return false;
  };

  return {
    line(line) {
      if (headline(line)) return 'consumed';
      if (!open) return HANDLERS.test(line.text) ? 'consumed' : 'ignored';
      if (GUARD.test(line.text)) {
        if (/Header guard \S{1,40} is BROKEN/.test(line.text)) open.broken.header = true;
        open.last = line;
        return 'consumed';
      }
      const managed = javaFrame(line.text);
      const native = managed ? undefined : hotspotFrame(line.text);
      if (managed) open.managed.push(managed);
      else if (native) open.native.push(native.frame);
      else if (!/^\s+- (?:locked|waiting|eliminated|parking)|^Native frames:/.test(line.text)) {
        if (open.whole || open.managed.length + open.native.length > 0) close(false);
        return HANDLERS.test(line.text) ? 'consumed' : 'ignored';
      }
      open.last = line;
      return 'consumed';
    },
    end() {
      close(true);
      return [];
    },
  };
}
