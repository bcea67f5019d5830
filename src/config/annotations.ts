/**
 * Expected findings, written as comments on the faulty line: `~[^…] CASE [on BINDING…]: GATE… = HAZARD-ID`. A
 * gate may name a compiler (`asan/gcc`), or the first version of a tool with which it no longer detects the
 * case (`xcheck(java<17.0.17)`). `blind` instead of gates means that no gate detects the case. Modelled on
 * rust-lang/rust's `//~ ERROR`.
 */
import { EXIT } from '../model/exit-codes.js';
import { basename } from 'node:path';
import { glob } from 'tinyglobby';
import type { Tools } from '../model/launch.js';
import { BINDING_IDS, GATE_IDS } from '../model/ids.js';
import { Failure } from '../model/failure.js';
import { textOf } from '../process/regular-file.js';
import { hazard } from '../model/hazards.js';
import type { HazardId } from '../model/hazard.js';

export type Expectation = {
  case: string;
  bindings: readonly string[];
  /** Empty for a blind case. */
  gates: readonly { gate: string; compiler?: string }[];
  blind: boolean;
  hazard: HazardId;
  file: string;
  line: number;
};

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

type Gates = { seeing: { gate: string; compiler?: string }[]; strange?: string };

/**
 * The gates of one annotation that detect the case with these tools. `strange` is a word that names no gate.
 */
const readGates = (words: readonly string[], tools: Tools): Gates => {
  const gates: Gates = { seeing: [] };
  for (const word of words) {
    const [, gate = word, compiler, tool, before] = GATE.exec(word) ?? [];
    if (!GATE_IDS.includes(gate as never)) return { ...gates, strange: word };
    const version = tool === undefined ? undefined : tools[tool]?.version;
    if (version === undefined || isBefore(version, before!))
      gates.seeing.push({ gate, ...(compiler ? { compiler } : {}) });
  }
  return gates;
};

/** Reads the annotations of one text, for these versions of tools. Throws `Failure` 2 for unknown names. */
export const parseAnnotations = (text: string, file: string, tools: Tools = {}): Expectation[] => {
  const found: Expectation[] = [];
  text.split('\n').forEach((content, i) => {
    for (const m of content.matchAll(LINE)) {
      const at = `${file}:${i + 1}:${(m.index ?? 0) + 1}`;
      const id = m[5]!;
      if (!hazard(id)) throw new Failure(EXIT.USAGE, `'${id}' is not a hazard of the catalogue`, at);
      const words = m[4]!.split(/[ ,]+/).filter(Boolean);
      const bindings = m[3]!.trim().split(/\s+/).slice(1);
      const strange = bindings.find((b) => !BINDING_IDS.includes(b as never));
      if (strange) throw new Failure(EXIT.USAGE, `'${strange}' is not a binding`, at);
      const { seeing, strange: unknown } = readGates(
        words.filter((w) => w !== 'blind'),
        tools,
      );
      if (unknown) throw new Failure(EXIT.USAGE, `'${unknown}' is not a gate`, at);
      found.push({
        case: m[2]!,
        bindings,
        gates: seeing,
        blind: seeing.length === 0,
        hazard: id as HazardId,
        file,
        line: i + 1 - m[1]!.length,
      });
    }
  });
  return found;
};

/** Limit in bytes of an annotated file. */
const MAX_FILE = 32 << 20;

const annotationsIn = (file: string, tools: Tools): Expectation[] => {
  const text = textOf(file, MAX_FILE);
  if (text === undefined)
    throw new Failure(EXIT.USAGE, `annotations are read from files of at most ${MAX_FILE >> 20} MiB`, file);
  return parseAnnotations(text, file, tools);
};

/** Reads the annotations of all files that the globs match. Throws `Failure` 2. */
export const readAnnotations = async (
  root: string,
  globs: readonly string[],
  tools: Tools,
): Promise<Expectation[]> => {
  const files = (
    await glob([...globs], {
      cwd: root,
      absolute: true,
      ignore: ['**/node_modules/**', '**/target/**', '**/build/**'],
    })
  ).sort();
  return files.flatMap((f) => annotationsIn(f, tools));
};

/** The case that a test id runs: its last part in lower case, without `test_` and `canary_`. */
export const caseOf = (test: string): string =>
  test
    .split(/::|#|\/|\.(?=\w+$)/)
    .at(-1)!
    .toLowerCase()
    .replace(/^test_?/, '')
    .replace(/^canary_/, '');

/** True if the test runs the case. */
export const isCase = (test: string, name: string): boolean => caseOf(test) === caseOf(name);

/** Place of an annotation, for people: `file:line`. */
export const placeOf = (e: Expectation): string => `${basename(e.file)}:${e.line}`;
