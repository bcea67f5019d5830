/**
 * The oracle: a program in C, made from the signatures and linked with the library, that calls each function
 * directly. A child does the calls; if it does not survive them, each call has a child of its own.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../process/run-tool.js';
import type { Native } from './native.js';
import { oracleSource } from './oracle-source.js';
import type { ValuesSpec } from './spec.js';

/** The exit status of an oracle in which AddressSanitizer reported an error. */
export const SANITIZER_EXIT = 99;

/**
 * A call, or why C has no answer: the number of a signal, or `exit` and a status. Of a function with an out parameter `status` is
 * what it returned, and `left` what became of the parameter if it was not simply written: it still holds what was there
 * (`unset`), depends on that (`read`), or is longer than its type (`longer`).
 */
export type OracleAnswer = { word: string; status?: string; left?: Left } | { died: string };
export type Left = 'unset' | 'read' | 'longer';

/** The answers behind the line `apart`, if there is one: those before it are of a process that died. */
const answersIn = (output: string): string[] =>
  output
    .slice(output.lastIndexOf('apart\n') + 1)
    .split('\n')
    .filter((l) => /^(?:[ifbvn]:|died )/.test(l));

const LEFT: ReadonlySet<string> = new Set<Left>(['unset', 'read', 'longer']);
const isLeft = (word: string): word is Left => LEFT.has(word);

const answerOf = (line: string): OracleAnswer => {
  if (line.startsWith('died ')) return { died: line.slice(5) };
  const [word = '', out] = line.split(' > ');
  if (out === undefined) return { word };
  return isLeft(out) ? { word: 'v:', status: word, left: out } : { word: out, status: word };
};

/** Compiles the oracle. Returns what the compiler complains of, or calls with the answers in the order of the calls. */
export const buildOracle = async (
  spec: ValuesSpec,
): Promise<
  string | ((calls: readonly { k: number; args: readonly Native[] }[]) => Promise<OracleAnswer[]>)
> => {
  mkdirSync(spec.work, { recursive: true });
  const source = join(spec.work, 'oracle.c');
  const program = join(spec.work, 'oracle');
  writeFileSync(source, oracleSource(spec.functions, spec.headers));
  const libraries = spec.targets.flatMap((dir) =>
    readdirSync(dir)
      .filter((f) => /^lib.*\.so$/.test(f))
      .flatMap((f) => [join(dir, f), `-Wl,-rpath,${dir}`]),
  );
  const include = spec.include.map((d) => `-I${d}`);
  const libs = spec.libs.map((l) => `-l${l}`);
  const flags = [
    ...['-g', '-O1', '-w', ...(spec.cflags ?? []), '-o', program, source],
    ...[...include, ...libraries, ...libs, '-lm'],
  ];
  const built = await runTool(spec.cc, flags, { timeoutMs: 120_000 });
  if (built.code !== 0) {
    const said = built.why ?? built.all.split('\n').find((l) => /error|undefined/.test(l)) ?? built.all;
    return `the oracle in C could not be built: ${said}`;
  }
  let n = 0;
  // For an oracle that is compiled with the sanitizer, as the library is.
  const asan = `detect_leaks=0:exitcode=${SANITIZER_EXIT}:detect_stack_use_after_return=1:symbolize=0`;
  const options = { timeoutMs: 300_000, inherit: true, env: { ASAN_OPTIONS: asan } };
  return async (calls) => {
    const file = join(spec.work, `calls-${++n}.txt`);
    writeFileSync(file, calls.map((c) => `${[c.k, ...c.args].join(' ')}\n`).join(''));
    let ran = await runTool(program, [file], options);
    let lines = answersIn(ran.stdout);
    // The last word shows that nothing was lost on the way, which a call can cause that overwrites memory.
    if (!/^(?:all|apart)$/m.test(ran.stdout) || lines.length !== calls.length) {
      ran = await runTool(program, [file, 'apart'], options);
      lines = answersIn(ran.stdout);
    }
    if (lines.length !== calls.length)
      throw new Error(
        `the oracle in C answered ${lines.length} of ${calls.length} calls${ran.why ? `: ${ran.why}` : ''}`,
      );
    return lines.map(answerOf);
  };
};
