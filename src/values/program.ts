/**
 * The program that the gates `values` and `fuzz` run after each launch: `node program.js SPEC.json`. Reads what the
 * adapters answered, asks the oracle in C the same, and writes the differences to the log of the gate.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { seedOf } from '../model/shuffle.js';
import { readAnswers, type Asked } from './answers.js';
import { compareFunction, type CallC, type Compared, type Found, type Question } from './compare.js';
import { sizeOf } from './inputs.js';
import { learn, type Learnt } from './learn.js';
import { buildOracle } from './oracle.js';
import type { ValuesSpec } from './spec.js';
import { vectorsOf, type Vector } from './vectors.js';

const prefixOf = ({ gate }: ValuesSpec): string => `ffi-gates guard ${gate}:`;
const oneLine = (s: string): string => s.replace(/\s+/g, ' ').slice(0, 900);

const reportText = (spec: ValuesSpec, f: Found): string =>
  [
    `${prefixOf(spec)} error ${f.hazard}: ${oneLine(f.message)}`,
    '  fault:',
    `    #0 ${f.function} ${f.file}:${f.line}`,
    '  managed:',
    `    #0 check ${f.file}:${f.line}`,
    `  vector: ${f.vector}`,
    `  effect: ${oneLine(f.effect)}`,
    '',
  ].join('\n');

/** All that the processes of the launch answered. */
const askedIn = (answers: string): { asked: Asked[]; strange: string[] } => {
  const dir = dirname(answers);
  const names = readdirSync(dir).filter((n) => n.startsWith(`${basename(answers)}.`));
  const read = names.sort().map((n) => readAnswers(readFileSync(join(dir, n), 'utf8')));
  // A test that was started again behind a deadly vector asks in two processes.
  const asked = new Map<string, Asked>();
  for (const a of read.flatMap((r) => r.asked)) {
    const key = `${a.function} ${a.file}:${a.line}`;
    const known = asked.get(key);
    if (!known) asked.set(key, a);
    else for (const [id, outcome] of a.outcomes) known.outcomes.set(id, outcome);
  }
  return { asked: [...asked.values()], strange: read.flatMap((r) => r.strange) };
};

/** What was asked of each function, the simplest first. */
const vectorsAsked = ({ asked, functions, seed, only }: ValuesSpec): Map<string, Vector[]> => {
  const all = new Map<string, Vector[]>();
  if (asked === undefined) for (const { signature: s } of functions) all.set(s.name, vectorsOf(s, seed));
  else
    for (const line of readFileSync(asked, 'ascii').split('\n')) {
      const [name, id, ...args] = line.split(' ');
      if (name !== undefined && id !== undefined)
        all.set(name, [...(all.get(name) ?? []), { id: Number(id), args }]);
    }
  const isWanted = (name: string, v: Vector): boolean => only === undefined || only === `${name}:${v.id}`;
  for (const [name, vectors] of all) {
    const wanted = vectors.filter((v) => isWanted(name, v));
    all.set(
      name,
      asked === undefined ? wanted : wanted.sort((a, b) => sizeOf(a.args) - sizeOf(b.args) || a.id - b.id),
    );
  }
  return all;
};

/** The comparison of a launch. */
export const compareLaunch = async (spec: ValuesSpec): Promise<Compared> => {
  const { only } = spec;
  const read = askedIn(spec.answers);
  const [wanted] = only?.split(':') ?? [];
  const asked = read.asked.filter((a) => wanted === undefined || a.function === wanted);
  const { strange } = read;
  const total: Compared = { found: [], failed: [], compared: 0 };
  const died = asked.some((a) => [...a.outcomes.values()].some((o) => o.kind === 'died'));
  if (strange.length > 0 && !died) total.failed.push(`an adapter wrote what is no answer: ${strange[0]}`);
  const known = new Map(spec.functions.map((f, k) => [f.signature.name, k]));
  const names = new Set(asked.map((a) => a.function));
  const missing = [...known.keys()].filter((n) => !names.has(n));
  if (spec.all && !died && !only && missing.length > 0)
    total.failed.push(`no test asks ${missing.join(', ')}; \`ffi-gates values --scaffold\` writes adapters`);
  const unknown = asked.find((a) => !known.has(a.function));
  if (unknown)
    total.failed.push(
      `${unknown.function} is asked at ${unknown.file}:${unknown.line}, and no signature names it`,
    );
  if (!asked.some((a) => known.has(a.function))) return total;
  const oracle = await buildOracle(spec);
  if (typeof oracle === 'string') return { ...total, failed: [oracle] };
  const vectors = vectorsAsked(spec);
  const learnt: Learnt = {};
  for (const a of asked) {
    const k = known.get(a.function);
    if (k === undefined) continue;
    const { signature, errors } = spec.functions[k]!;
    const callC: CallC = (calls) =>
      calls.length === 0 ? Promise.resolve([]) : oracle(calls.map((args) => ({ k, args })));
    const question: Question = {
      vectors: vectors.get(a.function) ?? [],
      ...(errors ? { errors } : {}),
      ...(spec.asked === undefined ? {} : { random: true }),
    };
    const one = await compareFunction(signature, question, a, callC);
    total.found.push(...one.found);
    total.failed.push(...one.failed);
    total.compared += one.compared;
    if (spec.learnt)
      learnt[a.function] = await learn(signature, question, a, {
        found: one.found,
        callC,
        seed: seedOf(spec.seed, 'in C', spec.learnt.round),
      });
  }
  if (spec.learnt) writeFileSync(spec.learnt.file, JSON.stringify(learnt));
  return total;
};

const main = async (file: string): Promise<void> => {
  const spec = JSON.parse(readFileSync(file, 'utf8')) as ValuesSpec;
  try {
    const { found, failed, compared } = await compareLaunch(spec);
    writeFileSync(
      spec.log,
      [
        ...found.map((f) => reportText(spec, f)),
        ...failed.map((why) => `${prefixOf(spec)} failed: ${oneLine(why)}\n`),
        `${prefixOf(spec)} done, ${compared} vectors compared\n`,
      ].join(''),
    );
  } catch (e) {
    writeFileSync(
      spec.log,
      `${prefixOf(spec)} failed: ${oneLine(e instanceof Error ? e.message : String(e))}\n`,
    );
    process.exitCode = 1;
  }
};

if (process.argv[2] !== undefined && basename(process.argv[1] ?? '') === 'program.js')
  await main(process.argv[2]);
