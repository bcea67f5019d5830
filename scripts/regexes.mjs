/**
 * Proves that no regular expression in the sources can backtrack super-linearly: `node scripts/regexes.mjs [--all]`.
 *
 * Finds every regex literal and every `new RegExp('literal')` in the syntax tree of the TypeScript compiler, so that none
 * is missed, and checks it with recheck (automata theory first, then a fuzzer). Failures are printed with `file:line`. A
 * pattern that is built from parts cannot be checked. It fails unless the line above says `regexes: built from …` and why
 * that is harmless. Prints nothing if all are proven; `--all` checks all again and prints each pattern with its result.
 *
 * Checking all takes many minutes, so the digests of safe patterns are kept in regexes.proven.json, with the version of
 * recheck that proved them; another version proves them all again, as the nightly workflow does. Commit that file with a
 * new pattern.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from 'recheck';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

const root = fileURLToPath(new URL('..', import.meta.url));
const EXCUSE = /\/\/ regexes: built from \S/;

/** `{pattern, flags}` of a literal or a constructor call; `built` if the pattern is not a literal. */
function regexOf(node, text) {
  if (node.kind === SyntaxKind.RegularExpressionLiteral) {
    const end = text.lastIndexOf('/');
    return { pattern: text.slice(1, end), flags: text.slice(end + 1) };
  }
  const constructed =
    (node.kind === SyntaxKind.NewExpression || node.kind === SyntaxKind.CallExpression) &&
    node.expression.kind === SyntaxKind.Identifier &&
    node.expression.text === 'RegExp';
  if (!constructed) return undefined;
  const [pattern, flags] = node.arguments ?? [];
  const literal = (n) =>
    n?.kind === SyntaxKind.StringLiteral || n?.kind === SyntaxKind.NoSubstitutionTemplateLiteral;
  if (!literal(pattern) || (flags && !literal(flags))) return { built: true };
  return { pattern: pattern.text, flags: flags?.text ?? '' };
}

/** All regular expressions in the project's sources. */
function collect() {
  const api = new API({ cwd: root });
  const found = [];
  try {
    const snapshot = api.updateSnapshot({ openProjects: [`${root}tsconfig.build.json`] });
    for (const project of snapshot.getProjects())
      for (const name of project.program.getSourceFileNames()) {
        const path = relative(root, name);
        if (path.startsWith('..') || path.includes('node_modules') || name.endsWith('.d.ts')) continue;
        const file = project.program.getSourceFile(name);
        const lines = file.text.split('\n');
        const visit = (node) => {
          const start = node.getStart(file);
          const regex = regexOf(node, file.text.slice(start, node.end));
          if (regex) {
            const line = file.text.slice(0, start).split('\n').length;
            found.push({ path, line, ...regex, excused: EXCUSE.test(lines[line - 2] ?? '') });
          }
          node.forEachChild(visit);
        };
        visit(file);
      }
  } finally {
    api.close();
  }
  return found;
}

const { version } = createRequire(import.meta.url)('recheck/package.json');
const memory = `${root}scripts/regexes.proven.json`;
const digestOf = ({ pattern, flags }) =>
  createHash('sha256').update(`/${pattern}/${flags}`).digest('hex').slice(0, 20);
const before = JSON.parse(readFileSync(memory, 'utf8'));
const proven = new Set(before.recheck === version ? before.proven : []);

/**
 * The number of steps limits the fuzzer. With a tight time limit, a busy machine would make slow patterns look
 * vulnerable: the slowest take ten seconds on an idle one. Without any, a pattern whose automaton explodes would take all
 * the memory. The confirmation by a real run depends on time and is skipped.
 */
const LIMITS = {
  timeout: 300_000,
  incubationTimeout: null,
  seedingTimeout: null,
  attackTimeout: null,
  recallTimeout: -1,
};

const all = process.argv.includes('--all');
const found = collect();
let unsafe = 0;

async function judge({ path, line, pattern, flags, built, excused }) {
  const at = `${path}:${line}`;
  if (built) {
    if (!excused) unsafe++;
    if (!excused) console.error(`${at}: a pattern built from parts cannot be judged`);
    return;
  }
  const key = `/${pattern}/${flags}`;
  const digest = digestOf({ pattern, flags });
  if (proven.has(digest) && !all) return;
  const verdict = await check(pattern, flags, LIMITS);
  if (all) console.log(`${at}: ${verdict.status} ${key}`);
  if (verdict.status === 'safe') {
    proven.add(digest);
    return;
  }
  unsafe++;
  const why =
    verdict.status === 'vulnerable'
      ? `${verdict.complexity.summary}, for instance on ${verdict.attack.pattern}`
      : `not judged: ${verdict.error?.kind}`;
  console.error(`${at}: ${key}\n    ${why}`);
}

const queue = found.values();
await Promise.all(
  Array.from({ length: 2 }, async () => {
    for (const regex of queue) await judge(regex);
  }),
);
// Without those of patterns that are gone.
const used = new Set(found.filter((r) => !r.built).map(digestOf));
const now = { recheck: version, proven: [...proven].filter((d) => used.has(d)).sort() };
const text = `${JSON.stringify(now, null, 2)}\n`;
if (text !== readFileSync(memory, 'utf8')) writeFileSync(memory, text);
if (all || unsafe > 0) console.log(`${found.length} regular expressions, ${unsafe} not proven linear`);
if (found.length === 0) console.error('no regular expression was found');
// recheck would keep the process alive.
process.exit(found.length === 0 || unsafe > 0 ? 1 : 0);
