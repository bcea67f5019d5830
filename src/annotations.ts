/**
 * Expected findings, written on the guilty line: `~[^…] CASE [on BINDING…]: GATE… = HAZARD-ID`, where a gate may name a
 * compiler (`asan/gcc`) and the single word `blind` says that no gate sees the case. After rust-lang/rust's `//~ ERROR`.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { glob } from 'tinyglobby';
import { BINDING_IDS, GATE_IDS } from './names.js';
import { Failure } from './failure.js';
import { hazard, type HazardId } from './hazard.js';

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
  /(?:\/\/|#|\/\*|--)\s?~(\^{0,40})\s{0,4}([a-z]\w{0,60})((?:\s{1,4}on(?:\s{1,4}[a-z]{1,10}){1,12})?)\s{0,4}:([\w/ ,]{1,200})=\s{0,4}([a-z]{1,20}\/[a-z-]{1,60})/g;

/** Reads the annotations of one text. Throws `Failure` for names that the catalogue or the tables do not have. */
export const parseAnnotations = (text: string, file: string): Expectation[] => {
  const found: Expectation[] = [];
  text.split('\n').forEach((content, i) => {
    for (const m of content.matchAll(LINE)) {
      const at = `${file}:${i + 1}:${(m.index ?? 0) + 1}`;
      const id = m[5]!;
      if (!hazard(id)) throw new Failure(2, `'${id}' is not a hazard of the catalogue`, at);
      const words = m[4]!.split(/[ ,]+/).filter(Boolean);
      const bindings = m[3]!.trim().split(/\s+/).slice(1);
      const strange = bindings.find((b) => !BINDING_IDS.includes(b as never));
      if (strange) throw new Failure(2, `'${strange}' is not a binding`, at);
      const blind = words.includes('blind');
      const gates = blind
        ? []
        : words.map((w) => ({
            gate: w.split('/')[0]!,
            ...(w.includes('/') ? { compiler: w.split('/')[1]! } : {}),
          }));
      const wrong = gates.find((g) => !GATE_IDS.includes(g.gate as never));
      if (wrong) throw new Failure(2, `'${wrong.gate}' is not a gate`, at);
      found.push({
        case: m[2]!,
        bindings,
        gates,
        blind,
        hazard: id as HazardId,
        file,
        line: i + 1 - m[1]!.length,
      });
    }
  });
  return found;
};

/** Reads the annotations of all files that the globs name. */
export const readAnnotations = async (root: string, globs: readonly string[]): Promise<Expectation[]> => {
  const files = (
    await glob([...globs], {
      cwd: root,
      absolute: true,
      ignore: ['**/node_modules/**', '**/target/**', '**/build/**'],
    })
  ).sort();
  return (await Promise.all(files.map(async (f) => parseAnnotations(await readFile(f, 'utf8'), f)))).flat();
};

/** The case that a test id runs: its last part, lower case, without `test_` and `canary_`. */
export const caseOf = (test: string): string =>
  test
    .split(/::|#|\/|\.(?=\w+$)/)
    .at(-1)!
    .toLowerCase()
    .replace(/^test_?/, '')
    .replace(/^canary_/, '');

/** True when the test runs the case. */
export const isCase = (test: string, name: string): boolean => caseOf(test) === caseOf(name);

/** Where people find it: `file:line`. */
export const placeOf = (e: Expectation): string => `${basename(e.file)}:${e.line}`;
