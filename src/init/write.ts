/** A proposal as `ffi-gates.yaml`, with comments that say why. Pure. */
import { stringify } from 'yaml';
import { schemaLine } from '../config/expiry.js';
import { onlyLoads } from './proposal.js';
import type { ErrorIdea } from './error-results/index.js';
import type { Proposal, ProposedSuite, ProposedTarget } from './propose.js';

const flow = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();

const comment = (text: string, indent: string): string => `${indent}# ${text.replaceAll(/\s/g, ' ')}`;

/** YAML reads a bare null as no value, which `errors` takes for the word. */
const errorLine = (e: ErrorIdea): string => `${e.name}: ${e.how} # ${e.why.replaceAll(/\s/g, ' ')}`;

/** What is not certain stands there as a comment, with what it was read from. */
const errorLines = (errors: readonly ErrorIdea[]): string[] => {
  const certain = errors.filter((e) => e.certain);
  const unsure = errors.filter((e) => !e.certain);
  return [
    comment('How functions report errors, for the gate errors below.', '    '),
    certain.length ? '    errors:' : '    # errors:',
    ...certain.map((e) => `      ${errorLine(e)}`),
    ...(unsure.length
      ? [
          comment('Not certain. Remove the # of what holds:', '      '),
          ...unsure.map((e) => `      # ${errorLine(e)}`),
        ]
      : []),
  ];
};

const targetLines = (t: ProposedTarget): string[] => {
  const fields = {
    builder: t.builder,
    dir: t.dir,
    produces: t.produces,
    ...(t.args ? { args: t.args } : {}),
  };
  const lines = t.errors
    ? [
        `  ${t.id}:`,
        ...Object.entries(fields).map(([key, value]) => `    ${key}: ${flow(value)}`),
        ...errorLines(t.errors),
      ]
    : [`  ${t.id}: ${flow(fields)}`];
  return [comment(t.why, '  '), ...lines];
};

/** What a suite that only loads code is worth. */
const LOADING = [
  'There are no tests here, so this is a first suite that only loads the code. It proves that loading is free of what these',
  'gates see: static constructors, initialisation of modules, and whatever else runs by itself. It proves nothing about any',
  'function that is called later. A suite of tests, however short, sees more: put one in its place.',
];

const suiteLines = (s: ProposedSuite): string[] => [
  comment(s.why, '  '),
  ...(onlyLoads(s) ? LOADING.map((line) => comment(line, '  ')) : []),
  ...(s.guessed && s.targets.length
    ? [comment('Which library it loads was not found out: keep the targets that it does load.', '  ')]
    : []),
  ...(s.guessed && s.targets.length === 0 && s.own?.length
    ? [comment(`It loads what the system has of ${s.own.join(', ')}: see own below.`, '  ')]
    : []),
  ...(s.guessed && s.targets.length === 0 && !s.own?.length
    ? [comment('No library that this repository builds was found for it: declare one as a target.', '  ')]
    : []),
  `  - ${flow({
    id: s.id,
    binding: s.binding,
    dir: s.dir,
    ...(s.targets.length ? { targets: s.targets } : {}),
    ...(s.inputs ? { inputs: s.inputs } : {}),
    ...(s.gates ? { gates: s.gates } : {}),
    ...(s.with ? { with: s.with } : {}),
    ...(s.env ? { env: s.env } : {}),
  })}`,
];

/** The text of `ffi-gates.yaml`. A proposal without suites has none: a matrix needs one. */
export const matrixText = (p: Proposal): string =>
  [
    schemaLine('schema.json'),
    '# Written by `ffi-gates init`; yours to change. `ffi-gates plan` shows what it comes to, `ffi-gates run` runs it.',
    ...(p.unclear.length ? ['#', '# Not understood:', ...p.unclear.map((u) => comment(`- ${u}`, ''))] : []),
    'version: 1',
    '',
    ...(p.targets.length
      ? [
          '# Native code that is built for every compiler and gate, out of your tree.',
          'targets:',
          ...p.targets.flatMap(targetLines),
          '',
        ]
      : []),
    '# Your own tests, by the binding through which they reach native code. Cell ids begin with `id-binding_`.',
    'suites:',
    ...p.suites.flatMap(suiteLines),
    '',
    ...(p.own.length
      ? [
          '# Libraries of the system that are under test: what they do wrong, and what they leak, are findings. Gates that are',
          '# compiled in see nothing of them.',
          `own: ${flow(p.own)}`,
          '',
        ]
      : []),
    '# A gate that does not fit a binding makes no cell; one that cannot run on a machine is skipped and says why.',
    'gates:',
    ...p.gates.map((g) => (g.on ? `  ${g.id}: # ${g.why}` : `  # ${g.id}: # ${g.why}`)),
    '',
    '# Cells that must not run, each with its reason:',
    "# exclude: [{ cells: '*-tsan', why: see issue 12 }]",
    '# Seconds for one launch of the tests (slow gates get four times as much):',
    '# timeout: 180',
    '',
  ].join('\n');
