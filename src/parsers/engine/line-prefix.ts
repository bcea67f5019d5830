/** Removes what CI systems, terminals, loggers and people put around a line, so that readers see what the tool printed. */
import { unescaped, withoutFrame, withoutMarkup } from './markup.js';

/** CSI (`ESC [ 31 m`), OSC (`ESC ] … BEL`), APC (`ESC _ bk;t=0 BEL`, Buildkite's times) and two-character escapes. */
// eslint-disable-next-line no-control-regex
const ANSI = /\u001b(?:\[[0-9;:?]*[ -/]?[@-~]|[\]_][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

// Each eats exactly its own prefix and leaves the tool's indentation; all are anchored and linear.

/** GitHub's downloaded logs: `build<TAB>Run tests<TAB>2024-01-01T00:00:00.0000000Z text` */
const STEP = /^[^\t]{1,100}\t[^\t]{1,100}\t(?=\ufeff?\d{4}-\d\d-\d\dT)/;
/**
 * `2024-01-01T00:00:00.0000000Z text`, `2024-01-01 00:00:00,123 text`, `[2024-01-01 00:00:00] text`, and GitLab's
 * `2024-01-01T00:00:00.000000Z 01O text` with the number and kind of the stream; Go's `2024/01/01 00:00:00 text`;
 * env_logger's `[2024-01-01T00:00:00Z ERROR till] text`.
 */
const DATE =
  /^\ufeff?\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?: {1,2}[A-Z]{4,5} [\w:.-]{1,100}(?=\]))?\]?(?: \d\d[OE]\+?)?(?: |$)/;
/** Linux' log: `[   12.345678] text`, `<4>[   12.345678][ T1234] text`; the indentation of a stack stays. */
const KERNEL = /^(?:<\d{1,2}>)?\[ {0,6}\d{1,7}\.\d{6}\](?:\[ {0,6}[TC]\d{1,8}\])?(?: |$)/;
/** ant, Maven, job names: `[java] text`; mono's `[ERROR] FATAL UNHANDLED EXCEPTION` and .NET's `[createdump]` are none */
const NAME = /^ {0,16}\[(?!createdump\])[A-Za-z][\w./-]{0,60}\] (?!FATAL UNHANDLED)/;

/** Prefixes by the first character of a line: most lines have none, and that must be known at once. */
const BY_FIRST: readonly (readonly [first: RegExp, prefixes: readonly RegExp[]])[] = [
  [
    /\d/,
    [
      DATE,
      // Android: `01-01 00:00:00.000  1234  1234 I wrap.sh: text`
      /^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {1,6}\d+ {1,6}\d+ [VDIWEF] [^:]{1,80}: ?/,
      // older Android Studio, behind a time with or without a year: `1234-1240/package A/tag: text`
      /^\d{1,7}-\d{1,7}\/\S{1,200} (?=[VDIWEFA]\/)/,
      // … and logcat's time before its brief format
      /^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}:? (?=[VDIWEFA]\/|\d{1,7}-\d{1,7}\/)/,
      // Android Studio, behind its time: `1234-1240  tag (24 columns) package (37 columns) I  text`
      /^\d{1,7}-\d{1,7} {1,8}[^ ].{60}[VDIWEFA] {2}/,
      // seconds since 1970: `1700000000.125 text`
      /^1\d{9}(?:\.\d{1,9})? (?=\S|[ \t])/,
      // `grep -n`: `12:text`; frames are numbered so, too, with one blank behind or an address
      /^\d{1,7}:(?!\d\d:)(?=[^\s\d]| {2,}(?=\S)(?!0x)| (?:\? )?[\w.]{1,120}\+0x[0-9a-f]{1,8}\/0x| <\/?[A-Z]{3,8}>$| \*\w|[\d,]{1,12} bytes in \d|\t|$)/,
      // … and its context: `12-text`
      /^\d{1,7}-(?==|[\t ]{2,}\S|[A-Z]| (?:\? )?[\w.]{1,120}\+0x[0-9a-f]{1,8}\/0x|$)/,
      // TCMalloc: `1234 /src/tcmalloc/segv_handler.cc:168] text`
      /^\d{1,10} \/[^\s:]{1,300}\.cc:\d{1,6}\] ?/,
      // Jenkins, foreman: `12:34:56 text`, `12:34:56.789 text`
      /^\d\d:\d\d:\d\d(?:[.,]\d{1,9})? {1,2}(?=\S|[ \t])/,
    ],
  ],
  [
    /\[/,
    [
      DATE,
      KERNEL,
      // `[12:34:56] text`, `[12:34:56.789] text`, TeamCity's `[12:34:56]W: text`
      /^\[\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\](?:[WEFiw ]?:\s?)? /,
      // the kernel's clock, `ts -s`, the JVM's: `[   12.345678] text`, `[2m5s] text`, `[0.012s][warning][jni] text`
      /^\[ {0,5}\d{1,7}\.\d{3,9}\] /,
      /^\[(?:\d{1,4}m ?)?\d{1,6}(?:\.\d{1,3})?s\](?:\[[\w,. -]{1,60}\]){0,4} /,
      // Flutter's milliseconds since the last line: `[  +12 ms] text`, `[        ] text`
      /^\[(?: {1,5}\+\d{1,7} ms| {8})\] /,
      // Open MPI's `--tag-output`: `[1,0]<stderr>:text`
      /^\[\d{1,9},\d{1,9}\]<std(?:err|out)>:/,
      // googletest's child of a death test: `[  DEATH   ] text`
      /^\[ {2}DEATH {3}\] /,
      NAME,
    ],
  ],
  // Azure's and GitHub's commands: `##[error]text`
  // … and BuildKit's step and seconds: `#12 34.56 text`
  [/#/, [/^##\[[a-z]{3,12}\]/, /^#\d{1,4} \d{1,6}\.\d{1,3} /]],
  [
    /[A-Z]/,
    [
      // Android's log without times: `F DEBUG   : text`
      /^[VDIWEF] (?:DEBUG|libc|crash_dump\d\d|tombstoned|art) {0,8}: ?/,
      // syslog: `Jan  1 00:00:00 host program[123]: text`, and of iOS `… program[123] <Warning>: critical: text`
      /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,100} [^\s:[]{1,100}(?:\[\d+\])?(?: <[A-Z][a-z]{2,10}>)?: (?:critical: )?/,
      // `date`: `Mon Jan  1 00:00:00 2024: text`
      /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [A-Z]{2,5})? \d{4}:? /,
      // glog: `E0102 03:04:05.678901    12 main.cc:7] text`
      /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} {1,8}\d{1,10} [\w./-]{1,200}:\d{1,6}\] ?/,
      // log4j and its like, behind a time: `ERROR [stderr] (Thread-7) text`
      /^(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|SEVERE) {1,3}\[[\w.$-]{1,100}\] (?:\([\w .-]{1,60}\) )?/,
      // Android: `I/wrap.sh (1234): text`
      /^[VDIWEFA]\/[^(]{1,80}\( {0,8}\d+\): ?/,
      // … and without the number: `A/libc: text`
      /^[VDIWEFA]\/[\w.+-]{1,80} {0,8}: ?/,
      // surefire, of what a test's JVM writes behind its back: `SUREFIRE-859: text`
      /^SUREFIRE-859: /,
      // Centipede repeats its target's output: `CRASH LOG: text`
      /^CRASH LOG: /,
    ],
  ],
  // Android's runtime names its source: `art/runtime/java_vm_ext.cc:410] text`
  // docker compose, foreman: `web-1  | text`, `api    | text`; containerd, behind its time: `stderr F text`
  [
    /[a-z]/,
    [/^[a-z][\w./-]{2,100}\.cc:\d{1,6}\] ?/, /^[a-z][\w.-]{2,60} {1,20}\| /, /^std(?:out|err) [FP] /],
  ],
  // quoted blocks: `| text` (rustc's gutters are always indented, so they stay)
  [/\|/, [/^\| /]],
  // quoted, once or more often; TCMalloc's GWP-ASan begins a line so
  [/>/, [/^(?!>>> Access)(?:> ?){1,8}/]],
  // an entry of a list
  // … or a line of a diff
  [/[-*+]/, [/^[-*+] (?=\s*\S)/, /^[-+](?===\d)/]],
  [/</, [KERNEL]],
  // a log pasted into a comment
  [/\//, [/^\/\/ ?(?=\s*(?:#\d|==|[A-Z]))/]],
  [
    / /,
    [
      NAME,
      // … below the columns of Android Studio
      /^ {1,140}[a-z][\w./-]{2,100}\.cc:\d{1,6}\] ?/,
      /^ {1,4}(?=\d{1,7}-\d{1,7} {1,8}[^ ].{60}[VDIWEFA] {2})/,
    ],
  ],
];
const NONE: readonly RegExp[] = [];
const OF_ASCII = Array.from(
  { length: 128 },
  (_, c) => BY_FIRST.find(([first]) => first.test(String.fromCharCode(c)))?.[1] ?? NONE,
);
/** `grep`: `build/run.log:text`, `run.log:12:text`, `run.log-12-text`; the name of a source file is a compiler's. */
const GREP =
  /^[\w@%+,./~-]{0,300}\.(?:log|txt|out|err|stdout|stderr|output|console|fail)(?:[:-]\d{1,7})?[:-](?=[^\s\d]| {2,}| \d{1,3}: | (?:\? )?[\w.]{1,120}\+0x[0-9a-f]{1,8}\/0x| <\/?[A-Z]{3,8}>$| \*\w|[\d,]{1,12} bytes in \d|\t|$)/;
/** … behind a time with its host: `shelf till[412]: text` */
const TAGGED = /^[\w.-]{1,64} [\w./-]{1,64}\[\d{1,7}\]: /;
/** … and what macOS and iOS put behind one: `Till.iOS[412:7054092] critical: text` */
const NSLOG = /^[\w.+-]{1,64}\[\d{1,7}:[0-9a-f]{1,9}\] (?:(?:critical|error|warning|info|debug|fault): ?)?/;
const BEHIND_TIME = [TAGGED, NSLOG];

const prefixesOf = (text: string): readonly RegExp[] => {
  const first = text.charCodeAt(0);
  return first === 0xfeff ? [DATE] : (OF_ASCII[first] ?? NONE);
};

const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/**
 * How far a line begins as another one did, any number standing for any other: the length of `prefix` in it, 0 when it
 * begins otherwise. An indentation is taken as printed.
 */
export function sharedPrefix(prefix: string, text: string): number {
  let at = 0;
  for (let i = 0; i < prefix.length; i++) {
    const c = prefix.charCodeAt(i);
    if (isDigit(c)) {
      if (!isDigit(text.charCodeAt(at))) return 0;
      while (isDigit(prefix.charCodeAt(i + 1))) i++;
      while (isDigit(text.charCodeAt(at))) at++;
    } else if (c === text.charCodeAt(at)) at++;
    // Trailing blanks are lost behind empty lines.
    else return at === text.length && prefix.slice(i).trim() === '' ? at : 0;
  }
  return at;
}

/** Characters of a logger's or a quotation's prefix. */
const MAX_LEAD_CHARS = 200;
/** Characters that end such a lead, alone (`>` of a quotation, a tab) or before a blank (`job: `, `[12] `, `| `). */
const ENDS_ALONE = '>|\t';
const ENDS_BEFORE_BLANK = '>|]:-#';
/** A compiler's `file.c:3:12: ` is no lead: the words behind it are the compiler's. */
const IS_PLACE = /\S:\d{1,9}(?::\d{1,9})?: $/;

/**
 * Lengths of the prefixes that a line shares with the next one: the longest, and the one before,
 * for a report whose lines all begin alike (`# ` in hs_err files).
 */
export function leadsOf(text: string, next: string): number[] {
  const found: number[] = [];
  const most = Math.min(MAX_LEAD_CHARS, text.length - 1);
  let indented = true;
  for (let i = 0; i < most; i++) {
    const c = text[i]!;
    indented &&= c === ' ';
    const ends =
      indented || ENDS_ALONE.includes(c) || (c === ' ' && ENDS_BEFORE_BLANK.includes(text[i - 1]!));
    if (!ends || text[i + 1] === ' ') continue;
    const lead = text.slice(0, i + 1);
    if (sharedPrefix(lead, next) === 0 || IS_PLACE.test(lead)) break;
    found.unshift(i + 1);
  }
  return found.slice(0, 2);
}

/** Syslog writes a tab as `#011`, and only there can it precede a frame. */
const OCTAL_TAB = /#011/g;

/** Rounds in which a prefix is looked for. */
const MAX_PREFIXES = 4;

/** The text without prefixes. They may be stacked (timestamp, then job name), so stripping repeats. */
function withoutPrefixes(line: string): string {
  let text = line;
  const tab = text.indexOf('\t');
  if (tab > 0 && tab <= 100) text = text.replace(STEP, '');
  for (let round = 0; round < MAX_PREFIXES; round++) {
    const found =
      prefixesOf(text).find((p) => p.test(text)) ??
      (GREP.test(text) ? GREP : round > 0 ? BEHIND_TIME.find((p) => p.test(text)) : undefined);
    if (found === undefined) break;
    text = text.replace(found, '');
  }
  return text;
}

const withoutColours = (raw: string): string => {
  const text = raw.includes('\u001b') ? raw.replace(ANSI, '') : raw;
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
};

/** The line without terminal colours, trailing blanks and logger prefixes; whatever else it holds is left to a document. */
export const stripPrefixes = (raw: string): string => withoutPrefixes(withoutColours(raw)).trimEnd();

/** The line as the tool printed it: without colours, blanks at the end, marks of pages and of trackers, and prefixes. */
export function plainLine(raw: string): string {
  let text = withoutColours(raw);
  if (text.includes('#011')) text = text.replace(OCTAL_TAB, '\t');
  text = withoutPrefixes(unescaped(withoutMarkup(text))).trimEnd();
  const plain = withoutFrame(text);
  // Behind marks may be another prefix.
  return plain.length === text.length ? plain : withoutPrefixes(plain).trimEnd();
}
