/**
 * HotSpot's warning that native code replaced a handler of its signals (`-Xcheck:jni`; os_linux.cpp, signals_posix.cpp). The JVM
 * needs its handlers for null checks and safepoints.
 *
 *     Warning: SIGSEGV handler expected:libjvm.so+0x66ea40  found:libx.so+0x131f0     (JDK 8 to 16)
 *
 *     Warning: SIGSEGV handler modified!                                              (since JDK 17)
 *        SIGSEGV: on_fault in libx.so, mask=…, flags=…
 *       *** Handler was modified!
 *       *** Expected: javaSignalHandler in libjvm.so
 *
 * A preloaded runtime of a checker replaces them too: that says nothing about the program.
 */
import type { Frame } from '../../model/diagnostic.js';
import { addFrame, closeReport, openReport, openStack } from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';

const FOUND = /^Warning: (SIG\w{2,8}) handler expected:\S{0,200}\s+found:(\S{1,400})$/;
/** The same in three lines, as a logger parts them. */
const ALONE = /^Warning: (SIG\w{2,8}) handler$/;
const FOUND_BELOW = /^\s*found:\s?(\S{1,400})$/;
/** `SIGSEGV: [libx.so+0x131f0], sa_mask…`, `SIGSEGV: on_fault in libx.so, mask=…` */
const LISTED = /^\s*(SIG\w{2,8}): ([^,]{1,400}), /;
const MODIFIED = /^\s*\*\*\* Handler was modified!/;
const HEAD = /\bwarning: SIG\w{2,8} handler(?: (?:expected|modified|flags)|$)/i;
/** Lines behind the first of these warnings. */
const BEHIND =
  /^\s*(?:Signal Handlers:|SIG\w{2,8}: |\*\*\* (?:Handler was|Expected: )|(?:handler )?(?:expected|modified|found):|Running in non-interactive shell|Consider using jsig)/i;

/** The JVM's own handlers, and those of checkers' runtimes; an address alone says nothing. */
const HOSTS = /^(?:lib(?:jvm|jsig|asan|tsan|ubsan|lsan|hwasan|clang_rt)|0x|SIG_)|\bvgpreload_/;

/** Reads warnings about replaced handlers of signals: one finding for each library. */
export const replacedHandler: LineReader = {
  kind: 'lines',
  tools: ['xcheck-jni'],
  literals: ['Warning: SIG', 'handler expected:', 'handler modified', 'Handler was modified', 'jsig library'],
  markers: [begins(/\bWarning: SIG\w{2,8} handler(?: expected:| modified!|$)/)],
  make,
};

type Listed = { line: Line; signal: string; name: string | undefined; place: string };
type State = {
  emit: Emit;
  listed: Listed | undefined;
  reported: Set<string>;
  head: Line | undefined;
  alone: string | undefined;
};

function make(emit: Emit): LineSession {
  const s: State = { emit, listed: undefined, reported: new Set(), head: undefined, alone: undefined };
  return {
    line: (line) => (read(s, line) ? 'consumed' : 'ignored'),
    end: () => [],
  };
}

function read(s: State, line: Line): boolean {
  const text = line.text.trimEnd();
  const found = FOUND.exec(text);
  if (found) {
    tell(s, { line, signal: found[1]!, name: undefined, place: found[2]! });
    s.head ??= line;
    return true;
  }
  s.alone = ALONE.exec(text)?.[1] ?? s.alone;
  const below = s.alone === undefined ? null : FOUND_BELOW.exec(text);
  if (below) {
    tell(s, { line: s.head ?? line, signal: s.alone!, name: undefined, place: below[1]! });
    s.alone = undefined;
    return true;
  }
  const { listed } = s;
  if (listed !== undefined && MODIFIED.test(text)) tell(s, { ...listed, line: s.head ?? listed.line });
  const m = s.head === undefined ? null : LISTED.exec(text);
  s.listed = m === null ? undefined : { line, signal: m[1]!, ...placeOf(m[2]!) };
  if (!HEAD.test(text) && (s.head === undefined || !BEHIND.test(text))) return false;
  s.head ??= line;
  return true;
}

/** `[libx.so+0x131f0]`, `on_fault in libx.so` */
function placeOf(handler: string): Pick<Listed, 'name' | 'place'> {
  const at = handler.lastIndexOf(' in ');
  const place = (at < 0 ? handler : handler.slice(at + 4)).replace(/^\[/, '').replace(/\]$/, '');
  return { name: at < 0 ? undefined : handler.slice(0, at), place };
}

function tell(s: State, { line, signal, name, place }: Listed): void {
  const [module = '', offset] = place.split('+');
  if (HOSTS.test(module) || s.reported.has(module)) return;
  s.reported.add(module);
  const frame: Frame = { kind: 'module', module, ...(offset && { offset }), ...(name && { function: name }) };
  const report = openReport(line, {
    tool: 'xcheck-jni',
    rule: 'xcheck-jni/replaced-signal-handler',
    hazard: 'rules/other',
    message: `the JVM's handler of ${signal} was replaced by ${module}`,
  });
  openStack(report, 'fault');
  addFrame(report, frame);
  closeReport(report, s.emit);
}
