/** Does a line look as if a checker wrote it? Such a line that no reader consumed makes a log unreadable, not clean. */

const MARKERS: readonly RegExp[] = [
  // First what stands at the beginning of a line: what is before it is then no part of the report.
  // `==123==ERROR:` of the sanitizers and `==123== Invalid read` of Valgrind
  /(?<!=)==\d+==(?!=)/,
  /\b(?:ERROR|WARNING|FATAL|SUMMARY): \w{4,25}Sanitizer\b/,
  // The runtimes put a colon behind their names, or one of a few verbs; prose that mentions them does not, or says
  // "with AddressSanitizer: …".
  /(?<![a-z] )\b(?:Address|HWAddress|Leak|Memory|Thread|UndefinedBehavior|DataFlow|Realtime|Type|NumericalStability)Sanitizer(?::| (?:CHECK|bug|failed|has encountered|report)\b)/,
  /\b(?:WARNING|FATAL ERROR) in native method\b/,
  /\b(?:WARNING: )?DATA RACE\b/,
  /\berror: Undefined Behavior\b/,
  // … but not of Go, whose tests log panics so
  /(?<!\.go):\d+(?::\d+)?: runtime error: /,
  /\bubsan: [\w-]+ by 0x/,
  /GWP-ASan (?:\([^()]{0,100}\) {1,2}has )?detected a memory error/,
  /\bScudo ERROR:/,
  // with the sign that belongs to it
  /(?:# |\b)A fatal error has been detected by the Java Runtime\b/,
  /\bType=[A-Z][a-z]{1,20} (?:error|exception) vmState=0x/,
  /\bFatal Python error\b/,
  // Go, behind the words of who ran it
  /\bfatal: morestack on g(?:0|signal)$/,
  /\bfatal error: unexpected signal during runtime execution$/,
  /\bWindows fatal exception: /,
  /\bDebug memory block at address p=0x/,
  // glibc's heap checks and fortify, which abort behind whatever a test runner has begun to print; a debugger quotes them
  /\bdouble free or corruption \(|(?<!")\b(?:free|malloc|realloc|munmap_chunk)\(\): (?:double free|invalid|corrupted)|\*\*\* (?:stack smashing|buffer overflow) detected \*\*\*/,
  /\bterminate called (?:after throwing an instance of '|without an active exception|recursively)/,
  /\bcgo (?:argument|result) (?:has|is)(?: unpinned)? Go [a-z]/,
  /\bargument of cgo function(?: \S{1,400})? has Go [a-z]/,
  /\bresult of Go function(?: \S{1,400})? called from cgo (?:has|is)(?: unpinned)? Go [a-z]/,
  /\bthread '[^']{0,100}' (?:\([^()]{1,20}\) )?panicked at /,
  /\b(?:libFuzzer|centipede): (?:deadly signal|timeout|out-of-memory|fuzz target)/,
];

/** What stands at the very beginning of a report's line, wherever it is printed. */
const BEGINNING =
  /(?<!=)==\d+==(?!=)|(?:# |\b)A fatal error has been detected by the Java Runtime\b|\b(?:ERROR|WARNING|FATAL): \w{4,25}Sanitizer: |\bWARNING: DATA RACE$|\bType=[A-Z][a-z]{1,20} (?:error|exception) vmState=0x|\bFatal Python error: |\bWindows fatal exception: |\berror: Undefined Behavior: |\bthread '[^']{0,100}' (?:\([^()]{1,20}\) )?panicked at /;

/** How much of a line stands before the beginning of a report; 0 when there is none or nothing before it. */
export const beforeReport = (text: string): number => {
  const at = text.search(BEGINNING);
  return at >= 0 && !quoted(text, at) ? at : beforePlace(text);
};

/** Prose and tests quote the words in backticks, or as the beginning of an expression; a report that is pasted begins its line. */
const quoted = (text: string, at: number): boolean => at > 1 && '`^'.includes(text[at - 1]!);

/** `a.c:3:12`, `a.c(3,12)`, `<unknown>`, a module's `(t+0x1f)`: Go's `panic: runtime error: ` is none. */
const ENDS_PLACE = '0123456789>)';
const LEAD_ENDS = [': ', '] ', '> ', '| ', '# ', '\t'];

/** UBSan begins with a path, which may hold blanks: what stands before it ends as a logger's words do. */
const beforePlace = (text: string): number => {
  const path = text.indexOf(': runtime error:');
  if (path < 1 || !ENDS_PLACE.includes(text[path - 1]!)) return 0;
  const ends = LEAD_ENDS.map((end) => ({ end, at: text.lastIndexOf(end, path - 1) }));
  return Math.max(0, ...ends.map(({ end, at }) => (at < 0 ? 0 : at + end.length)));
};

/** Where the words of a known checker or runtime begin in a line, or -1. */
export const markerAt = (text: string): number => {
  for (const s of MARKERS) {
    const at = text.search(s);
    if (at >= 0 && !quoted(text, at)) return at;
  }
  return -1;
};
