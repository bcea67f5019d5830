/**
 * Rules of the matrix that concern several of its parts. A part that fits the schema is checked whatever is
 * wrong elsewhere, so that all mistakes are reported at once.
 */
import type { z } from 'zod';
import { CANARY } from '../model/cell-id.js';
import { FUZZING_GATES, HEAP_GATES, KEEPING_BINDINGS, PERTURBED_GATES, SEEDED_GATES } from '../model/ids.js';
import { isFuzzing } from '../model/fuzz-plan.js';
import { parseSignature } from '../model/signature.js';
import { didYouMean, suggest } from './did-you-mean.js';
import { isClosed } from './glob.js';
import { exclusion, gate, knownKeys, suite, target } from './matrix-schema.js';
import { cyclesOf } from './needs.js';
import { checkPlaceholders } from './placeholders.js';
import { quoted } from './problems.js';
import { SETTING_NAMES, settingsOf } from './settings.js';
import { fitting, isMapping, type YamlFile } from './yaml-file.js';
import type { Path } from './yaml-tree.js';

type Yaml = Pick<YamlFile<unknown>, 'raw' | 'complain' | 'complainOfKey' | 'compare'>;
export type Targets = ReadonlyMap<string, z.infer<typeof target>>;
type Suites = readonly (readonly [number, z.infer<typeof suite>])[];

/** Every signature can be read, and each function is there once. */
const checkSignatures = (complain: Yaml['complain'], s: z.infer<typeof suite>, at: Path): void => {
  const names = new Set<string>();
  for (const [i, f] of (s.values?.functions ?? []).entries()) {
    const place: Path = [...at, 'values', 'functions', i];
    const read = parseSignature(typeof f === 'string' ? f : f.signature);
    if (typeof read === 'string') complain(place, read);
    else if (names.has(read.name)) complain(place, `function '${read.name}' is named twice; remove one`);
    else names.add(read.name);
  }
};

const checkSuites = (
  { complain, complainOfKey, compare }: Yaml,
  suites: Suites,
  names: readonly string[],
): void => {
  const declared = new Set(names);
  const ids = new Set<string>();
  for (const [i, s] of suites) {
    const at: Path = ['suites', i];
    for (const [j, t] of s.targets.entries())
      if (!declared.has(t))
        complain(
          [...at, 'targets', j],
          () => `suite '${s.id}' uses target '${t}', which is not declared.${suggest(t, names)}`,
        );
    const id = `${s.id}-${s.binding}`;
    if (ids.has(id))
      complain(
        [...at, 'id'],
        `two suites are called '${s.id}' for binding '${s.binding}'; cell ids must be unique. Rename one.`,
      );
    ids.add(id);
    if (s.id === CANARY && s.role !== CANARY)
      complain([...at, 'id'], `'${CANARY}' is the suite that proves a lane; choose another id`);
    checkSignatures(complain, s, at);
    compare(settingsOf(s.binding), s.with, [...at, 'with'], knownKeys);
    for (const key of Object.keys(s.with))
      if (!SETTING_NAMES.includes(key))
        complainOfKey(
          [...at, 'with'],
          key,
          () => `no binding has the setting ${quoted(key)}.${didYouMean(key, SETTING_NAMES)}`,
        );
  }
};

const checkTargets = ({ complain }: Yaml, targets: Targets, names: readonly string[]): void => {
  const declared = new Set(names);
  for (const [name, t] of targets) {
    const at: Path = ['targets', name];
    for (const [j, n] of t.needs.entries())
      if (!declared.has(n))
        complain(
          [...at, 'needs', j],
          () => `target '${name}' needs '${n}', which is not declared.${suggest(n, names)}`,
        );
    if (t.builder === 'cc' && !t.sources)
      complain(at, `target '${name}' is built with cc and must list its 'sources'; write sources: [file.c]`);
    if (t.command?.[0] === '')
      complain([...at, 'command', 0], 'the program of this command is empty; name one');
    if (t.builder === 'command' && !t.command)
      complain(
        at,
        `target '${name}' is built with a command and must have a 'command'; write command: [make]`,
      );
  }
  for (const { name, index, path } of cyclesOf(targets))
    complain(
      ['targets', name, 'needs', index],
      path.length === 2
        ? `target '${name}' needs itself; remove it`
        : `targets need each other in a circle (${path.join(' → ')}); remove one of these`,
    );
};

/** Gates that ask functions which suites name. */
const ASKING: readonly string[] = ['values', ...FUZZING_GATES];

/** Settings of gates that only some of them have. */
const TAKERS = [
  ['perturb', PERTURBED_GATES],
  ['redzone', HEAP_GATES],
  ['fill', HEAP_GATES],
  ['calls', ['failing', 'errors', 'contain']],
  ['time', FUZZING_GATES],
  ['inputs', FUZZING_GATES],
  ['corpus', FUZZING_GATES],
  ['looks', ['pyrefs']],
  ['kept', ['callguard']],
  ['strict', ['declared', 'callguard']],
] as const;

type Gates = readonly (readonly [string, z.infer<typeof gate> | null])[];

const checkGates = (complain: Yaml['complain'], gates: Gates): void => {
  for (const [name, settings] of gates) {
    const perturbed = settings?.perturb !== undefined && PERTURBED_GATES.includes(name);
    if (settings?.seeds !== undefined && !SEEDED_GATES.includes(name) && !perturbed)
      complain(
        ['gates', name, 'seeds'],
        PERTURBED_GATES.includes(name)
          ? `gate '${name}' has one schedule; write perturb: 0.5 beside 'seeds'.`
          : `gate '${name}' cannot choose schedules; only ${SEEDED_GATES.join(', ')} takes 'seeds'.`,
      );
    for (const [key, takers] of TAKERS)
      if (settings?.[key] !== undefined && !(takers as readonly string[]).includes(name))
        complain(
          ['gates', name, key],
          `gate '${name}' takes no '${key}'; ${takers.join(', ')} ${takers.length === 1 ? 'does' : 'do'}.`,
        );
    for (const key of ['info', 'headers', 'cflags'] as const)
      if (settings?.[key] !== undefined && name !== 'declared')
        complain(
          ['gates', name, key],
          `gate '${name}' compares no declarations; only declared takes '${key}'.`,
        );
    const compilers = settings?.compilers ?? [];
    for (const [i, c] of compilers.entries())
      if (compilers.indexOf(c) !== i)
        complain(
          ['gates', name, 'compilers', i],
          `'${c}' is listed twice; cell ids must be unique. Remove one.`,
        );
  }
};

/** Adds what the schema cannot see. */
export const crossCheck = (yaml: Yaml): void => {
  const raw = isMapping(yaml.raw) ? yaml.raw : {};
  const names = isMapping(raw['targets']) ? Object.keys(raw['targets']) : [];
  const targets: Targets = new Map(fitting(target, raw['targets']).map(([name, t]) => [String(name), t]));
  const suites: Suites = fitting(suite, raw['suites']).map(([i, s]) => [Number(i), s]);
  checkSuites(yaml, suites, names);
  checkTargets(yaml, targets, names);
  const gates: Gates = fitting(gate.nullable(), raw['gates']).map(([name, g]) => [String(name), g]);
  if (isMapping(raw['gates']) && Object.keys(raw['gates']).length === 0)
    yaml.complain(['gates'], "'gates' is empty, so nothing would run; write at least one: gates: { asan: }");
  checkGates(yaml.complain, gates);
  for (const [name] of gates)
    if (ASKING.includes(name) && !suites.some(([, s]) => s.values || (name !== 'values' && isFuzzing(s))))
      yaml.complain(
        ['gates', name],
        `no suite names functions, so gate '${name}' compares nothing; write values: { functions: ['int f(int a)'] } in a suite`,
      );
  if (gates.some(([name]) => name === 'errors') && ![...targets.values()].some((t) => t.errors))
    yaml.complain(
      ['gates', 'errors'],
      "no target says how its functions report errors, so gate 'errors' tries nothing; write errors: { f: negative } in a target",
    );
  if (
    gates.some(([name]) => name === 'callguard') &&
    ![...targets.values()].some((t) => t.nonreentrant) &&
    !suites.some(([, s]) => KEEPING_BINDINGS.includes(s.binding))
  )
    yaml.complain(
      ['gates', 'callguard'],
      "no target says which functions must not be entered while they run, so gate 'callguard' watches nothing; write nonreentrant: [f] in a target",
    );
  if (gates.some(([name]) => name === 'contain') && !suites.some(([, s]) => s.contain))
    yaml.complain(
      ['gates', 'contain'],
      "no suite has workers, so gate 'contain' breaks nothing; write contain: { worker: my-worker, deadline: 5 } in a suite",
    );
  checkPlaceholders(yaml.complain, { targets, suites, gates, names });
  for (const [i, { cells }] of fitting(exclusion, raw['exclude']))
    if (!isClosed(cells))
      yaml.complain(['exclude', i, 'cells'], `${quoted(cells)} has a '{' without its '}'; close it`);
};
