/**
 * Parses the output of `cargo test` and libtest (source: libtest's `formatters/pretty.rs`, cargo's
 * `ops/cargo_test.rs`). Test ids: `<target>::<name>` for an integration test, `lib::<name>` and
 * `bin:<target>::<name>` for unit tests.
 */
import type { TestEvent } from '../../model/test-event.js';

/** `     Running tests/library.rs (target/debug/deps/library-0a1b2c3d)`, also with `unittests src/lib.rs`. */
const RUNNING = /^ *Running (unittests )?(\S+) \((?:.*[/\\])?([^/\\]+)-[0-9a-f]{8,16}(?:\.\w+)?\)$/s;
/** `test bounds::overflow ... `, then the program's own output, then an outcome (`WORD`). */
const TEST = /^test (\S+)(?: - should panic(?: [\w ]{1,40})?)? \.\.\. (.*)$/s;
/** The outcome. An unfinished line of the program may precede it. */
const WORD = /(ok|FAILED|ignored(?:, .*)?)(?: <(\d{1,9}(?:\.\d{1,9})?)s>)?$/s;
/** Lines that follow the last test of a target. */
const AFTER = /^(?:failures:|successes:|test result: .*)$/;
const DEATH = /^ *process didn't exit successfully: .*\(signal: \d+, (SIG[A-Z0-9]+)/s;
/** `bounds::overflow: test` from `--list`. */
const LISTED = /^(\S.*): test$/;

const prefixOf = (unit: string | undefined, source: string, target: string): string => {
  if (unit === undefined) return target;
  return source.endsWith('lib.rs') ? 'lib' : `bin:${target}`;
};

const running = (line: string): string | undefined => {
  const [complete, unit, source, target] = RUNNING.exec(line) ?? [];
  return complete === undefined ? undefined : prefixOf(unit, source ?? '', target ?? '');
};

/** Test ids from `-- --list`, in cargo's order. cargo's `Running` lines name the targets. */
export const parseRustList = (stdout: string): string[] => {
  let target = 'lib';
  const ids: string[] = [];
  for (const line of stdout.split(/\r?\n/)) {
    target = running(line) ?? target;
    const name = LISTED.exec(line)?.[1];
    if (name !== undefined) ids.push(`${target}::${name}`);
  }
  return ids;
};

/**
 * The lines of one test. `words` may be libtest's outcomes; `panic` is the panic's message, which is the line
 * after its place. `closed` if libtest went on to something else, which proves that the test ended.
 */
type Section = { test: string; words: RegExpExecArray[]; panicked: boolean; panic?: string; closed: boolean };

/** Processes one line. Of the possible outcomes only the last of each of two kinds is kept. */
const take = (s: Section, line: string): void => {
  if (s.panicked && s.panic === undefined) s.panic = line;
  // `thread '…' panicked at file:line:column:`
  s.panicked ||= line.includes(' panicked at ') && /:\d+:\d+:$/.test(line);
  const word = WORD.exec(line);
  if (word === null) return;
  // A later outcome replaces an earlier one of the same kind.
  const complete = word.index === 0;
  s.words = [...s.words.filter((w) => (w.index === 0) !== complete), word];
};

const sections = (output: Iterable<string>): Section[] => {
  let target = 'lib';
  let open: Section | undefined;
  const all: Section[] = [];
  for (const line of output) {
    const next = running(line);
    const [, name, rest = ''] = TEST.exec(line) ?? [];
    if (open && (name !== undefined || AFTER.test(line))) open.closed = true;
    if (next !== undefined || open?.closed) open = undefined;
    target = next ?? target;
    if (name !== undefined)
      all.push((open = { test: `${target}::${name}`, words: [], panicked: false, closed: false }));
    if (open) take(open, name === undefined ? line : rest);
  }
  return all;
};

const ended = ({ test, words: all, panic, closed }: Section): TestEvent | undefined => {
  // Without proof of an end, only a line that consists of the outcome counts as libtest's: a program may
  // print "… ok" and die.
  const words = all.filter((m) => closed || m.index === 0);
  const [, word, seconds] = words.at(-1) ?? [];
  if (word === undefined) return undefined;
  const ms = seconds === undefined ? {} : { ms: Math.round(Number(seconds) * 1000) };
  if (word === 'ok') return { test, outcome: 'passed', ...ms };
  if (word === 'FAILED')
    return { test, outcome: 'failed', ...ms, ...(panic === undefined ? {} : { message: panic }) };
  return { test, outcome: 'skipped', ...ms };
};

/**
 * Events in order. Tests run one at a time, so all lines between two headers belong to one test. In the
 * output of a process that died, the running test has a start and no end.
 */
export const parseRustEvents = (output: Iterable<string>): TestEvent[] =>
  sections(output).flatMap((section) => {
    const end = ended(section);
    return [{ test: section.test, outcome: 'started' as const }, ...(end ? [end] : [])];
  });

/** The one test of a crate without tests: its program begins and ends. */
export const LOADS = 'lib::loads';

/** The events of that test. The program says at its end that it ran nothing. */
export const parseRustLoad = (output: Iterable<string>): TestEvent[] => {
  const lines = [...output];
  if (!lines.some((line) => running(line) !== undefined)) return [];
  const finished = lines.some((line) => line.startsWith('test result: ok. '));
  return [
    { test: LOADS, outcome: 'started' },
    ...(finished ? [{ test: LOADS, outcome: 'passed' as const }] : []),
  ];
};

/**
 * The signal that ended a test executable, as cargo prints it (std's unix `ExitStatus`): `  process didn't
 * exit successfully: `…/native-06d3 --exact x` (signal: 11, SIGSEGV: invalid memory reference)`.
 */
export const parseRustDeath = (output: Iterable<string>): string | undefined => {
  for (const line of output) {
    const signal = DEATH.exec(line)?.[1];
    if (signal !== undefined) return signal;
  }
  return undefined;
};
