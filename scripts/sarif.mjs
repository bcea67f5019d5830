// What those who read SARIF say of a file: the schema (ajv), GitHub's own rules (Microsoft's multitool) and its limits.
// `node scripts/sarif.mjs FILE…` prints each problem; exit code 1 if there is one.
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support#file-limits */
const MAX_RESULTS = 25_000;
const MAX_GZIPPED = 10_000_000;

/** The package with the program for Linux. Absent on other systems. */
const home = () =>
  dirname(createRequire(import.meta.url).resolve('@microsoft/sarif-multitool-linux/package.json'));

/**
 * The schema asks that no two results are equal, for which ajv compares each with each: minutes for 25,000. Texts of results are
 * compared instead; the rest of the schema is as published.
 */
const compile = () => {
  const schema = JSON.parse(readFileSync(join(home(), 'sarif-2.1.0.json'), 'utf8'));
  const { results } = schema.definitions.run.properties;
  if (results.uniqueItems !== undefined) delete results.uniqueItems;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  return ajv.compile(schema);
};
let compiled;

/** Problems of one document by its schema and by the limits of GitHub. */
export const sarifProblemsOf = (text) => {
  const sarif = JSON.parse(text);
  compiled ??= compile();
  compiled(sarif);
  return [
    ...(compiled.errors ?? []).map((e) => `${e.instancePath} ${e.message}`),
    ...sarif.runs.flatMap(({ results }) => {
      const different = new Set(results.map((r) => JSON.stringify(r))).size;
      return [
        different < results.length && `${results.length - different} results are there twice`,
        results.length > MAX_RESULTS && `${results.length} results: GitHub takes ${MAX_RESULTS}`,
      ].filter(Boolean);
    }),
    ...(gzipSync(text).length > MAX_GZIPPED ? [`more than ${MAX_GZIPPED} bytes gzipped`] : []),
  ];
};

/** Breaks several of GitHub's rules: its result has no place. */
const CANARY = {
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'canary', rules: [{ id: 'x' }] } },
      results: [{ ruleId: 'x', ruleIndex: 0, message: { text: 'no place' } }],
    },
  ],
};

const isOf = (name) => (result) =>
  result.locations?.some((l) => l.physicalLocation?.artifactLocation?.uri?.endsWith(name));

/** What the multitool says of files by GitHub's rules, but for notes. It ends with 0 whatever it finds, or reads. */
const problemsOfTool = (files) => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-sarif-'));
  try {
    // A copy: the package's own may lack the permission, since its install script need not have run.
    const tool = join(dir, 'multitool');
    cpSync(join(home(), 'Sarif.Multitool'), tool);
    chmodSync(tool, 0o755);
    const found = join(dir, 'found.sarif');
    const rules = ['--rule-kind', 'Sarif;Gh', '--level', 'Error;Warning;Note'];
    // Larger files than 10 MB would be passed over; GitHub counts them gzipped.
    rules.push('--max-file-size-in-kb', '1000000');
    const canary = join(dir, 'canary.sarif');
    writeFileSync(canary, JSON.stringify(CANARY));
    execFileSync(tool, ['validate', canary, ...files, ...rules, '-o', found, '--log', 'ForceOverwrite'], {
      env: {
        ...process.env,
        DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
        DOTNET_BUNDLE_EXTRACT_BASE_DIR: dir,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const { runs } = JSON.parse(readFileSync(found, 'utf8'));
    const { results = [], invocations = [] } = runs[0];
    const looked =
      invocations.every((i) => i.executionSuccessful !== false) &&
      results.some((r) => r.level !== 'note' && isOf('canary.sarif')(r));
    return [
      ...(looked ? [] : ['the multitool could not read all']),
      ...results
        .filter((r) => r.level !== 'note' && !isOf('canary.sarif')(r))
        .map((r) => `${r.ruleId} ${r.message.arguments?.join(' ') ?? ''}`),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** Every problem of the files; empty if there is none. Throws if a file is absent or the multitool cannot be started. */
export const sarifProblems = (files) => [
  ...files.flatMap((f) => sarifProblemsOf(readFileSync(f, 'utf8')).map((p) => `${f}: ${p}`)),
  ...problemsOfTool(files),
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = sarifProblems(process.argv.slice(2));
  for (const p of problems) console.log(p);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
