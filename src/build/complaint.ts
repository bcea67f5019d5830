/** The lines of a failed command's output that say why, in a few words. */
import { linesOf } from '../process/lines.js';

/** True if the line has a place before its first `word`: `a.c:1:2` or `a.c(1,2)`. */
const placedBefore = (line: string, word: string): boolean => {
  const at = line.indexOf(word);
  return at > 0 && /:\d+$|\d\) ?$/.test(line.slice(Math.max(0, at - 24), at));
};

const isGoPlace = (line: string): boolean => {
  const at = line.indexOf('.go:');
  return at > 0 && !line.slice(0, at).includes(' ') && /^\.go:\d+:\d+: /.test(line.slice(at, at + 24));
};

const has =
  (...words: string[]) =>
  (line: string): boolean =>
    words.some((w) => line.includes(w));
const begins =
  (...words: string[]) =>
  (line: string): boolean =>
    words.some((w) => line.startsWith(w));

/** rustc's last words about a crate, without the error itself. */
const RUST_END = has('could not compile', 'aborting due', 'failed to run custom build command');

type Kind = {
  opens(line: string): boolean;
  /** A line behind it that belongs to it. */
  goesOn?(line: string): boolean;
};

/** The most telling first. */
const KINDS: readonly Kind[] = [
  // gcc, clang, javac, MSVC: file, line, and the word.
  { opens: (l) => [': error', ': fatal error', ': ERROR: '].some((w) => placedBefore(l, w)) },
  // Maven's compiler plugin.
  { opens: (l) => l.startsWith('[ERROR] ') && l.includes(':[') },
  // rustc: the message, then its place.
  {
    opens: (l) =>
      /^error(?:\[E\d{4}\])?: /.test(l.slice(0, 16)) && !RUST_END(l) && !l.startsWith('error: command '),
    goesOn: begins('-->'),
  },
  // Go's compiler says no more than the place.
  { opens: isGoPlace },
  // Linkers.
  {
    opens: has('undefined reference to ', 'undefined symbol: ', 'cannot find -l', 'multiple definition of '),
  },
  // Build systems: the file that gave up, and its reason.
  { opens: begins('CMake Error'), goesOn: (l) => !l.startsWith('--') && !l.startsWith('CMake') },
  // npm: not its code alone, but which package.
  { opens: begins('npm error notarget No ', "npm error 404  '", 'npm error Missing script') },
  { opens: begins('configure: error: ', 'gyp ERR! stack Error', 'npm error code', 'npm ERR! code') },
  { opens: has('*** No rule to make target') },
  // An interpreter that runs a build script.
  { opens: (l) => /^[\w.]*(?:Error|Exception): /.test(l.slice(0, 100)) },
  { opens: (l) => /\berror\b|\wError: |No such file|not found|cannot/i.test(l) },
];

/** Sentences that only say that something failed. */
const isEmpty = has(
  'subprocess-exited-with-error',
  'This error originates from a subprocess',
  ' failed with exit ',
  'metadata-generation-failed',
  'Failed building wheel',
  'did not run successfully',
);
/** A compiler's command line: its words are our flags. */
const isCommand = (line: string): boolean =>
  line.startsWith('$ ') || (/ -[cfIDo]/.test(line) && (line.match(/ -/g)?.length ?? 0) > 3);

const MAX_LINE = 2_000;
const MAX_LINES = 3;

/** The first errors of the most telling kind, each with its place where the tool gives one; without any, the last lines. */
export const complaint = (log: string): string => {
  const found = KINDS.map((): string[] => []);
  let last: string[] = [];
  /** The kind of the line before, and how many lines it may still take. */
  let open = { kind: -1, left: 0 };
  for (const raw of linesOf(log)) {
    // pip and others indent what they pass on, or draw a box around it.
    const line = raw
      .slice(0, MAX_LINE)
      .replace(/^[\s│╰╭×]+/, '')
      .trimEnd();
    if (line === '') continue;
    const lines = found[open.kind];
    if (lines && open.left > 0 && KINDS[open.kind]!.goesOn?.(line)) {
      lines.push(`${lines.pop()} ${line}`);
      open.left--;
      continue;
    }
    open = { kind: -1, left: 0 };
    if (isCommand(line)) continue;
    last = [...last.slice(1 - MAX_LINES), line];
    if (isEmpty(line) || /^(?:note|hint): /.test(line)) continue;
    const kind = KINDS.findIndex((k) => k.opens(line));
    if (kind < 0 || found[kind]!.length >= MAX_LINES) continue;
    found[kind]!.push(line);
    open = { kind, left: MAX_LINES };
  }
  return (found.find((lines) => lines.length) ?? last).join('\n');
};
