/**
 * The program that the gate `rslint` runs after each launch: `node program.js SPEC.json`. Has clippy check what the tests were
 * built from, and writes what concerns the boundary to the log of the gate.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { globSync } from 'tinyglobby';
import { runTool, type Answer } from '../process/run-tool.js';
import { findingsOf, type LintFinding, type LintFrame } from './findings.js';
import { readMessages } from './messages.js';
import { LINT_FLAGS } from './table.js';

export type LintSpec = {
  /** The report. */
  log: string;
  rust: {
    /** Directory of the suite. */
    dir: string;
    /** Cargo, perhaps behind rustup. */
    cargo: readonly string[];
    /** Options that make cargo use what the tests were built from. */
    options: readonly string[];
    /** The suite's own arguments of cargo: features. */
    args: readonly string[];
    /** Targets under test: `--lib`, `--test`, `abi`, …; `--tests` for all. */
    targets: readonly string[];
    env: Record<string, string>;
  };
};

const PREFIX = 'ffi-gates guard rslint:';
/** Milliseconds. */
const LIMIT = 600_000;
/** Sources that are read for the names of foreign functions. */
const MAX_SOURCES = 5_000;

const oneLine = (s: string): string => s.replace(/\s+/g, ' ').trim().slice(0, 900);

const cargo = async ({ rust }: LintSpec, args: readonly string[]): Promise<Answer> => {
  const inDir = 'cd "$1" && shift && exec "$@"';
  return runTool('/bin/sh', ['-c', inDir, 'sh', rust.dir, ...rust.cargo, ...args], {
    inherit: true,
    env: rust.env,
    timeoutMs: LIMIT,
  });
};

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

const frameText = (f: LintFrame): string => `    #0 ${f.function} ${f.file}:${f.line}:${f.column}`;

const reportText = (f: LintFinding): string =>
  [
    `${PREFIX} ${f.tier} ${f.hazard}: ${oneLine(f.message)}`,
    `  rule: ${f.lint.replace(/^clippy::/, '')}`,
    '  fault:',
    frameText(f.at),
    ...f.others.flatMap((o) => [`  other: ${oneLine(o.label)}`, frameText(o)]),
    `  effect: ${oneLine(f.why)} (${f.lint})`,
    '',
  ].join('\n');

/** Checks the suite. Throws with the reason if it cannot. */
const lintSuite = async (spec: LintSpec): Promise<string> => {
  const { options, args, targets } = spec.rust;
  const located = await cargo(spec, ['locate-project', '--workspace', '--message-format', 'plain']);
  if (located.code !== 0) throw new Error(`cargo locate-project: ${located.why ?? lastLine(located.all)}`);
  const root = dirname(located.stdout.trim());
  const command = ['clippy', '--message-format=json', ...options, ...args, ...targets, '--', ...LINT_FLAGS];
  const ran = await cargo(spec, command);
  const checked = readMessages(ran.stdout);
  if (ran.code !== 0)
    throw new Error(`cargo clippy: ${checked.error ?? ran.why ?? lastLine(ran.all.replace(/^\{.*$/gm, ''))}`);
  const files = globSync('**/*.rs', { cwd: root, absolute: true, ignore: ['**/target/**'] })
    .sort()
    .slice(0, MAX_SOURCES);
  const read = (file: string): string | undefined => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return undefined; // A macro's, or generated and gone.
    }
  };
  const found = findingsOf(checked, { root, files, read });
  return [...found.map(reportText), `${PREFIX} done, ${checked.targets.size} targets watched\n`].join('');
};

const main = async (file: string): Promise<void> => {
  const spec = JSON.parse(readFileSync(file, 'utf8')) as LintSpec;
  try {
    writeFileSync(spec.log, await lintSuite(spec));
  } catch (e) {
    writeFileSync(spec.log, `${PREFIX} failed: ${oneLine(e instanceof Error ? e.message : String(e))}\n`);
    process.exitCode = 1;
  }
};

await main(process.argv[2] ?? '');
