/** Removes what CI systems, terminals and loggers put around a line, so that readers see what the tool printed. */

/** CSI (`ESC [ 31 m`), OSC (`ESC ] … BEL`) and two-character escapes. */
// eslint-disable-next-line no-control-regex
const ANSI = /\u001b(?:\[[0-9;:?]*[ -/]?[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

// Each eats exactly its own prefix and leaves the tool's indentation; all are anchored and linear.

/** GitHub's downloaded logs: `build<TAB>Run tests<TAB>2024-01-01T00:00:00.0000000Z text` */
const STEP = /^[^\t]{1,100}\t[^\t]{1,100}\t(?=\ufeff?\d{4}-\d\d-\d\dT)/;
/**
 * `2024-01-01T00:00:00.0000000Z text`, `2024-01-01 00:00:00,123 text`, `[2024-01-01 00:00:00] text`, and GitLab's
 * `2024-01-01T00:00:00.000000Z 01O text` with the number and kind of the stream.
 */
const DATE =
  /^\ufeff?\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?(?: \d\d[OE]\+?)?(?: |$)/;
/** ant, Maven, job names: `[java] text`; mono's own `[ERROR] FATAL UNHANDLED EXCEPTION` is not a prefix */
const NAME = /^ {0,16}\[[A-Za-z][\w./-]{0,60}\] (?!FATAL UNHANDLED)/;

/** Prefixes by the first character of a line: most lines have none, and that must be known at once. */
const BY_FIRST: readonly (readonly [first: RegExp, prefixes: readonly RegExp[]])[] = [
  [
    /\d/,
    [
      DATE,
      // Android: `01-01 00:00:00.000  1234  1234 I wrap.sh: text`
      /^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {1,6}\d+ {1,6}\d+ [VDIWEF] [^:]{1,80}: ?/,
      // Jenkins, foreman: `12:34:56 text`, `12:34:56.789 text`
      /^\d\d:\d\d:\d\d(?:[.,]\d{1,9})? {1,2}(?=\S| )/,
      // `ctest -V`: `12: text`
      /^\d{1,4}: (?=\s*(?:#\d|==|[A-Z]|\S{1,400}:\d+:\d+: runtime error))/,
    ],
  ],
  [
    /\[/,
    [
      DATE,
      // `[12:34:56] text`, `[12:34:56.789] text`, TeamCity's `[12:34:56]W: text`
      /^\[\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\](?:[WEFiw ]?:\s?)? /,
      NAME,
    ],
  ],
  [
    /[A-Z]/,
    [
      // syslog: `Jan  1 00:00:00 host program[123]: text`
      /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,100} [^\s:[]{1,100}(?:\[\d+\])?: /,
      // Android: `I/wrap.sh (1234): text`
      /^[VDIWEF]\/[^(]{1,80}\( {0,8}\d+\): ?/,
      // Centipede repeats its target's output: `CRASH LOG: text`
      /^CRASH LOG: /,
    ],
  ],
  // docker compose, foreman: `web-1  | text`, `api    | text`
  [/[a-z]/, [/^[a-z][\w.-]{2,60} {1,20}\| /]],
  // quoted blocks: `| text` (rustc's gutters are always indented, so they stay)
  [/\|/, [/^\| /]],
  // a log pasted into a comment
  [/\//, [/^\/\/ ?(?=\s*(?:#\d|==|[A-Z]))/]],
  [/ /, [NAME]],
];
const NONE: readonly RegExp[] = [];
const OF_ASCII = Array.from(
  { length: 128 },
  (_, c) => BY_FIRST.find(([first]) => first.test(String.fromCharCode(c)))?.[1] ?? NONE,
);
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

/** Syslog writes a tab as `#011`, and only there can it stand before a frame. */
const OCTAL_TAB = /#011/g;

/**
 * The line without terminal colours, carriage returns and logger prefixes. Prefixes may be stacked (timestamp, then
 * job name), so stripping repeats, at most four times.
 */
export function stripPrefixes(raw: string): string {
  let text = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
  if (text.includes('\u001b')) text = text.replace(ANSI, '');
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  if (text.includes('#011')) text = text.replace(OCTAL_TAB, '\t');
  const tab = text.indexOf('\t');
  if (tab > 0 && tab <= 100) text = text.replace(STEP, '');
  for (let round = 0; round < 4; round++) {
    const found = prefixesOf(text).find((p) => p.test(text));
    if (found === undefined) break;
    text = text.replace(found, '');
  }
  return text;
}
