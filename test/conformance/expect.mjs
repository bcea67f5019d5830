/**
 * What a row of a corpus' index expects of a log: `{negative, ownOnly, count?, kinds[], places[]}`. The index formats are
 * those of the collection's own README; nothing here knows a single log.
 */

import { bare } from './compare.mjs';

/** Counts of headers that announce records (counted on their own), or that other counts contain already. */
const NOT_FINDINGS = new Set(['lsan', 'miri_error', 'go_signal']);

/** Tools whose kinds and places the index tells in words of its own; their logs are read for spurious and mechanical counts only. */
const FOREIGN = new Set([
  'kernel', // Linux oops
  'android-tombstone', // debuggerd dumps without a sanitizer's report
  'assert/check', // messages of the program under test
  'cdb',
  'gdb',
  'java-exception',
  'other',
  'python-traceback', // an uncaught exception is the suite's failure, not a checker's finding
  'miri-warning',
  'miri-other',
  'miri-pass-output',
  'hs_err-fragment', // pieces of hs_err files without their head
]);

/** The library under test of the hand-run lanes: a corrected program must yield nothing whose fault lies in it. */
const OWN = /(?:^|[/\\])(?:hz\w*\.c|lib\w*hz\w*\.so)$/;
export const isOwn = (frame) => OWN.test(frame.file ?? '') || OWN.test(frame.module ?? '');

const present = (list) => list.filter((x) => x !== null && x !== undefined && x !== '');
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

function isNegative(row, source) {
  if (row.is_negative !== undefined) return row.is_negative;
  if (row.twin !== undefined) return row.twin;
  if (source === 'codechecker') return row.expected_count === 0;
  return /-none(?:-xml)?$/.test(row.tool);
}

/** Tools whose headers the mechanical counts of the index do not know: their findings are neither expected nor wrong. */
export const UNCOUNTED = new Set(['glibc', 'cxx', 'node', 'os', 'android', 'chromium', 'gdb', 'kasan']);

/** `{exact: n}` or `{least: n}`; undefined when the index does not say. */
/** `Open file descriptor 3: /dev/null` that the parent did not pass on. */
const LEFT_OPEN = /^Open .{0,40}(?:descriptor|socket) .*\n +(?:\.\.\.|at )/m;

function countOf(row, source, text) {
  if (source === 'lanes') return undefined;
  // The process died without a word: the exit status is the only witness.
  if (/^\s*(?:\(no output\)\s*)?$/.test(text)) return undefined;
  // Descriptors left open are findings, which the index knows for XML only.
  if (source === 'valgrind-testsuite' && LEFT_OPEN.test(text)) return undefined;
  // Only what a callback loses is a finding; the index counts no header of these.
  if (row.tool === 'python-traceback') return { least: 0 };
  if (typeof row.expected_count === 'number') return { exact: row.expected_count };
  if (row.text_error_summary) return { least: row.text_error_summary.contexts };
  // What Miri cannot run is among its errors, and an honesty row of ours.
  if (row.tool === 'miri') {
    const errors = row.errors.filter((e) => e.level === 'error').length;
    // A panic or the standard library's last words before the error are findings of their own.
    return {
      honesty: true,
      [row.panics.length > 0 || row.header_counts?.rust_fatal ? 'least' : 'exact']: errors,
    };
  }
  // A dump that was asked for is no error; the mechanical count knows `Fatal Python error` only.
  if (row.tool === 'python-faulthandler') return { least: row.expected_kind ? 1 : 0 };
  if (row.tool === 'rust-panic' || row.tool === 'native-abort') return { least: 1 };
  if (/^hs_err|^mono|^go-panic|^go-fatal|^go-cgocheck/.test(row.tool) && !FOREIGN.has(row.tool))
    return { least: 1 };
  const counts = Object.entries(row.header_counts ?? {}).filter(([k]) => !NOT_FINDINGS.has(k));
  return { exact: sum(counts.map(([, n]) => n)), mechanical: true };
}

/** The lanes' mechanical tags, `# tags(file)=['asan:SEGV']`. A `sig:` tag is the exit status, not a line of the log. */
function tagsOf(row) {
  const tags = [...(row.observed ?? '').matchAll(/['"](\w+):([^'"]*)/g)].map((m) => [m[1], m[2]]);
  return tags.filter(([tool]) => tool !== 'sig').map(([tool, text]) => `${tool}:${text}`);
}

/** FileCheck lines that did not pass on this very log (another compiler printed it) expect nothing of it. */
const unproven = (row) => row.expected_checks !== undefined && row.verified === false;

function kindsOf(row, source) {
  if (source === 'lanes') return tagsOf(row);
  if (unproven(row)) row = { summary_lines: row.summary_lines };
  // The telemetry file names neither the signal nor what FailFast was told.
  if (row.tool === 'mono-crash-json') return [];
  if (row.expected_title) return present([row.expected_title]);
  const summaries = (row.summary_lines ?? []).map((s) => s.kind).filter((k) => k !== 'undefined-behavior');
  const own =
    row.expected_kinds ??
    row.expected_headlines ??
    (row.kinds ? Object.keys(row.kinds) : [row.expected_kind]);
  return [...new Set(present([...(own.length > 0 ? own : [row.expected_kind]), ...summaries]))];
}

/** Valgrind's own suite anonymises lines (`a.c:?`); then only the function can be compared. */
const anonymised = ({ file, line }) =>
  /:\?$|^\/?\.\.\./.test(file ?? '') || (file && (line ?? null) === null);

/** Absent facts are dropped, so that a place says only what it knows. */
const NO_FILE = /^(?:\?\?|<[a-z]+>)$/;

function placeOf({ file, line, column, function: fn, frame, module, library, line_from, line_to }) {
  const known = Object.entries({
    file: NO_FILE.test(file ?? '') ? undefined : file,
    line,
    column,
    function: fn,
    frame,
    module: module ?? library,
    line_from,
    line_to,
  });
  return Object.fromEntries(known.filter(([, v]) => v !== null && v !== undefined && v !== '' && v !== 0));
}

function placesOf(row) {
  const restored = row.restored_file ? (row.restored_locations?.primary ?? undefined) : undefined;
  const summaries = (row.summary_lines ?? []).filter((s) => s.file && s.line);
  const stated = unproven(row) ? [] : (row.expected_locations ?? []);
  const primary = restored ? [restored] : stated;
  const known = row.filtered ? primary.map((p) => (anonymised(p) ? { function: p.function } : p)) : primary;
  const top = summaries.map((s) => ({ ...placeOf(s), top: true }));
  return [...known.map(placeOf), ...top].filter((p) => p.file || p.function || p.module);
}

/** The file to read: Miri's logs are normalised by its suite, and restored where the quoted source allowed it. */
export const fileOf = (row) => row.restored_file ?? row.file;

/**
 * ClusterFuzz' crash state holds its own words too (the program's assertion, `NULL`, `Bad-cast to B`). A name is a frame
 * only when it stands in a numbered line of the log.
 */
function inFrames(places, text) {
  // `#3 0x… in f a.c:3`, or Go's `path/pkg.(*T).f(0x1, …)`
  const lines = text.split('\n').filter((l) => /(?:^|\s)#\d{1,3}(?:\.\d)?\s|^[\w./~%-]+\.\S+\(.*\)$/.test(l));
  const frames = lines.flatMap((l) => [l, bare(l)]);
  const stands = (name) =>
    frames.some((f) => f.includes(name) || (bare(name) !== '' && f.includes(bare(name))));
  return places.filter((p) => p.function === undefined || stands(p.function));
}

/**
 * Miri's suite replaces lines by `LL`; where the source could not restore them the log does not tell. The index of the
 * Python logs gives a statement's first line where the interpreter prints the line of the call inside it.
 */
const told = (places, text) =>
  places.filter((p) => p.line === undefined || new RegExp(`(?::|line )${p.line}\\b`).test(text));

const cutNames = (places, text) => inFrames(places, text).map((p) => ({ ...p, cut: true }));

/** Which places of a source the log itself can confirm. */
const CHOOSE = { clusterfuzz: cutNames, miri: told, 'python-generated': told };

/** What `row` of `source` expects; `text` is the log, for what only the log can tell. */
export function expectation(row, source, text) {
  const negative = isNegative(row, source) && !(source === 'valgrind-testsuite' && LEFT_OPEN.test(text));
  const foreign = FOREIGN.has(row.tool) || (row.tool === 'python-faulthandler' && !row.expected_kind);
  return {
    negative,
    ownOnly: source === 'lanes',
    count: negative ? { exact: 0 } : countOf(row, source, text),
    kinds: negative || foreign ? [] : kindsOf(row, source),
    places: negative || foreign ? [] : (CHOOSE[source] ?? ((all) => all))(placesOf(row), text),
  };
}
