/**
 * Expected findings, written as comments on the faulty line: `~[^…] CASE [on BINDING…]: GATE… = HAZARD-ID`. A
 * gate may name a compiler (`asan/gcc`), or the first version of a tool with which it no longer detects the
 * case (`xcheck(java<17.0.17)`). `blind` instead of gates means that no gate detects the case. Modelled on
 * rust-lang/rust's `//~ ERROR`.
 *
 * `~[^…] calls CASE|PATH…` marks the line of a host's language that runs these cases, or all that are annotated in files at
 * such a path: reports of them must show that line.
 */
import { lookUp } from '../model/look-up.js';
import { basename } from 'node:path';
import { glob } from 'tinyglobby';
import type { Tools } from '../model/launch.js';
import { BINDING_IDS, GATE_IDS } from '../model/ids.js';
import { hazard, HAZARDS } from '../model/hazards.js';
import type { HazardId } from '../model/hazard.js';
import { didYouMean, suggest } from './did-you-mean.js';
import { textOf } from '../process/regular-file.js';
import { reject, type Problem } from './problems.js';

export type Expectation = {
  case: string;
  bindings: readonly string[];
  /** Empty for a blind case. */
  gates: readonly { gate: string; compiler?: string }[];
  blind: boolean;
  hazard: HazardId;
  file: string;
  line: number;
  /** The lines of a host's language that run the case. Absent if none is annotated. */
  callers?: readonly Place[];
};

export type Place = { file: string; line: number };

/** A file of a language whose lines stand in the stacks of native checkers. */
export const isNativeFile = (file: string): boolean => /\.(?:[ch]|cc|cpp|cxx|hpp|rs)$/.test(file);

const LINE =
  /(?:\/\/|#|\/\*|--)\s?~(\^{0,40})\s{0,4}([a-z]\w{0,60})((?:\s{1,4}on(?:\s{1,4}[a-z]{1,10}){1,12})?)\s{0,4}:([\w/ ,.<()]{1,200})=\s{0,4}([a-z]{1,20}\/[a-z-]{1,60})/g;

const GATE = /^(\w{1,40})(?:\/(\w{1,20}))?(?:\(([a-z]{1,20})<(\d[\d.]{0,20})\))?$/;

const numbersOf = (version: string): number[] => (version.match(/\d{1,9}/g) ?? []).map(Number);

/** Compares versions number by number. The date of a nightly counts after its version. */
export const isBefore = (version: string, other: string): boolean => {
  const [a, b] = [numbersOf(version), numbersOf(other)];
  const at = b.findIndex((n, i) => n !== (a[i] ?? 0));
  return at >= 0 && (a[at] ?? 0) < b[at]!;
};

type Gates = { seeing: { gate: string; compiler?: string }[]; strange: string[] };

/**
 * The gates of one annotation that detect the case with these tools. `strange` are words that name no gate.
 */
const readGates = (words: readonly string[], tools: Tools): Gates => {
  const gates: Gates = { seeing: [], strange: [] };
  for (const word of words) {
    const [, gate = word, compiler, tool, before] = GATE.exec(word) ?? [];
    if (!GATE_IDS.includes(gate as never)) {
      gates.strange.push(word);
      continue;
    }
    const version = lookUp(tools, tool)?.version;
    if (version === undefined || isBefore(version, before!))
      gates.seeing.push({ gate, ...(compiler ? { compiler } : {}) });
  }
  return gates;
};

/**
 * The beginning of an annotation. The mark stands directly at the comment's sign, so that ordinary comments
 * are none.
 */
const BEGUN = /(?:\/\/|#|\/\*|--)~\^*\s*[a-z]/g;

/** Characters in which an annotation names its case, bindings and gates. */
const MAX_HEAD = 300;

/** Whether an annotation seems to begin here: a name, a colon, and no other one between. */
const isBegun = (rest: string): boolean => /^\w*[\s:]/.test(rest) && rest.split('~')[0]!.includes(':');

const EXAMPLE = '~ CASE: GATE… = HAZARD-ID';

const CALLS = /(?:\/\/|#|\/\*|--)~(\^{0,40}) ?calls (.*)/;

/** A line that runs cases: `word` is the name of one, or a part of the path of annotated files. */
type Call = Place & { word: string; column: number };

const callsIn = (content: string, file: string, no: number): Call[] => {
  const m = CALLS.exec(content);
  if (!m) return [];
  const words = m[2]!.split(' ').filter(Boolean);
  const end = words.findIndex((w) => !/^[\w./-]+$/.test(w));
  const place = { file, line: no - m[1]!.length, column: m.index + 1 };
  return words.slice(0, end < 0 ? words.length : end).map((word) => ({ ...place, word }));
};

/** Whether a case is named, or its annotation stands in this file or below this directory. */
const isCalled = (e: Expectation, word: string): boolean =>
  /[./]/.test(word) ? `${e.file}/`.includes(`/${word.replace(/\/$/, '')}/`) : e.case === word;

type Annotations = { found: Expectation[]; calls: Call[]; problems: Problem[] };

/** The expectations with the lines that run them, and a problem for each line that runs nothing. */
const withCallers = (all: readonly Annotations[]): { found: Expectation[]; problems: Problem[] } => {
  const calls = all.flatMap((a) => a.calls);
  const found = all.flatMap((a) => a.found);
  const idle = calls.filter((c) => !found.some((e) => isCalled(e, c.word)));
  return {
    found: found.map((e) => {
      const own: Place[] = isNativeFile(e.file) ? [] : [e];
      const callers = [...own, ...calls.filter((c) => isCalled(e, c.word))];
      return callers.length === 0 ? e : { ...e, callers: callers.map(({ file, line }) => ({ file, line })) };
    }),
    problems: [
      ...all.flatMap((a) => a.problems),
      ...idle.map(({ file, line, column, word }) => ({
        file,
        line,
        column,
        message: `no case '${word}', and none in files at that path, is annotated in the files of this suite`,
      })),
    ],
  };
};

/** The annotations of one text, and what is wrong with others. */
const annotationsIn = (text: string, file: string, tools: Tools): Annotations => {
  const found: Expectation[] = [];
  const calls: Call[] = [];
  const problems: Problem[] = [];
  text.split('\n').forEach((content, i) => {
    calls.push(...callsIn(content, file, i + 1));
    const begins = new Set<number>();
    for (const m of content.matchAll(LINE)) {
      begins.add(m.index);
      const say = (message: Problem['message']): void =>
        void problems.push({ file, line: i + 1, column: m.index + 1, message });
      const id = m[5]!;
      if (!hazard(id))
        say(
          () =>
            `'${id}' is not a hazard of the catalogue.${didYouMean(
              id,
              HAZARDS.map((h) => h.id),
            )}`,
        );
      const words = m[4]!.split(/[ ,]+/).filter(Boolean);
      const bindings = m[3]!.trim().split(/\s+/).slice(1);
      for (const b of bindings)
        if (!BINDING_IDS.includes(b as never))
          say(() => `'${b}' is not a binding.${suggest(b, BINDING_IDS)}`);
      const { seeing, strange } = readGates(
        words.filter((w) => w !== 'blind'),
        tools,
      );
      for (const word of strange) say(() => `'${word}' is not a gate.${suggest(word, GATE_IDS)}`);
      const line = i + 1 - m[1]!.length;
      if (line < 1) say(`the annotation points above the file; write fewer '^'`);
      found.push({
        case: m[2]!,
        bindings,
        gates: seeing,
        blind: seeing.length === 0,
        hazard: id as HazardId,
        file,
        line,
      });
    }
    for (const m of content.matchAll(BEGUN))
      if (!begins.has(m.index) && isBegun(content.slice(m.index + m[0].length).slice(0, MAX_HEAD)))
        problems.push({
          file,
          line: i + 1,
          column: m.index + 1,
          message: `this annotation cannot be read; write ${EXAMPLE}`,
        });
  });
  return { found, calls, problems };
};

/** Reads the annotations of one text, for these versions of tools. Throws `Failure` 2 with all problems. */
export const parseAnnotations = (text: string, file: string, tools: Tools = {}): Expectation[] => {
  const { found, problems } = withCallers([annotationsIn(text, file, tools)]);
  reject(problems);
  return found;
};

/** Limit in bytes of an annotated file. */
const MAX_FILE = 32 << 20;

/** Files that no glob of annotations means. */
export const NEVER_ANNOTATED = ['**/node_modules/**', '**/target/**', '**/build/**'];

/** Reads the annotations of all files that the globs match. Throws `Failure` 2 with the problems of all. */
export const readAnnotations = async (
  root: string,
  globs: readonly string[],
  tools: Tools,
): Promise<Expectation[]> => {
  const files = (await glob([...globs], { cwd: root, absolute: true, ignore: NEVER_ANNOTATED })).sort();
  const read = files.map((file) => {
    const text = textOf(file, MAX_FILE);
    const message = `annotations are read from files of at most ${MAX_FILE >> 20} MiB; leave this one out`;
    return text === undefined
      ? { found: [], calls: [], problems: [{ file, message }] }
      : annotationsIn(text, file, tools);
  });
  const { found, problems } = withCallers(read);
  reject(problems);
  return found;
};

/** The case that a test id runs: its last part in lower case, without `test_` or `fuzz_`, and `canary_`. */
export const caseOf = (test: string): string =>
  test
    .split(/::|#|\/|\.(?=\w+$)/)
    .at(-1)!
    .toLowerCase()
    .replace(/^(?:test_?|fuzz_)/, '')
    .replace(/^canary_/, '');

/** True if the test runs the case. */
export const isCase = (test: string, name: string): boolean => caseOf(test) === caseOf(name);

/** A place, for people: `file:line`. */
export const placeOf = (e: Place): string => `${basename(e.file)}:${e.line}`;
