import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Parsed } from '../../src/model/diagnostic.js';
import { dotnet } from '../../src/parsers/dotnet/coreclr.js';
import { mono } from '../../src/parsers/dotnet/mono.js';
import { tableOf } from '../../src/parsers/engine/table.js';
import { makeTextParser } from '../../src/parsers/index.js';
import { expectPrefixLaw } from '../helpers/prefix-law.js';

const log = (name: string): string => readFileSync(new URL(`../logs/mono/${name}`, import.meta.url), 'utf8');

function parse(text: string): Parsed {
  const parser = makeTextParser(tableOf([mono, dotnet]));
  for (const line of text.split('\n')) parser.push(line);
  return parser.end();
}

test('a native crash has the native and the managed stack', () => {
  const { diagnostics } = parse(log('abort.log'));
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]).toMatchObject({
    tool: 'mono',
    rule: 'mono/SIGABRT',
    hazard: 'crash/abort',
    complete: true,
  });
  expect(diagnostics[0]?.stacks.map((s) => s.role)).toEqual(['fault', 'managed']);
  expect(diagnostics[0]?.stacks[0]?.frames).toContainEqual(
    expect.objectContaining({
      kind: 'module',
      module: expect.stringMatching(/libfault\.so$/),
      function: 'touch',
    }),
  );
  expect(diagnostics[0]?.stacks[1]?.frames).toContainEqual({ kind: 'symbol', function: 'Edge:Pass' });
});

test('a missing entry point is an ordinary failure, not a crash', () => {
  expect(parse(log('missing-entry.log'))).toMatchObject({
    diagnostics: [{ hazard: 'abi/other', ordinary: true }],
    complete: true,
  });
});

test.each([
  [
    'Fatal error. System.AccessViolationException: Attempted to read or write protected memory.',
    'crash/signal',
  ],
  ['Process terminated. words', 'crash/abort'],
  ['Stack overflow.', 'resource/exhausted'],
  ['Fatal error. Internal CLR error. (0x80131506)', 'crash/heap-corruption'],
])('CoreCLR: %s', (text, expected) => {
  const [diagnostic] = parse(`${text}\n   at A.B.C(Int32)\n   at A.B.Main()\n`).diagnostics;
  expect(diagnostic).toMatchObject({ tool: 'dotnet', hazard: expected });
  expect(diagnostic?.stacks[0]).toMatchObject({
    role: 'managed',
    frames: [{ function: 'A.B.C(Int32)' }, {}],
  });
});

test('an exception is ordinary unless it crosses native code', () => {
  const text = (frame: string): string =>
    `Unhandled Exception:\nSystem.InvalidOperationException: x\n  at ${frame}\n`;
  expect(parse(text('A.B ()')).diagnostics).toMatchObject([{ ordinary: true }]);
  const [crossing] = parse(text('(wrapper native-to-managed) A.B(int)')).diagnostics;
  expect(crossing).toMatchObject({ hazard: 'unwind/foreign-exception' });
  expect(crossing?.ordinary).toBeUndefined();
});

test.each(['abort.log', 'missing-entry.log'])('law 3 over prefixes of %s', (name) =>
  expectPrefixLaw(log(name), parse),
);

test('arbitrary text never throws', () => {
  const piece = fc.constantFrom(
    '\tNative Crash Reporting\n',
    'Got a SIGSEGV while executing native code.',
    '\tNative stacktrace:\n',
    '\t0x1 - /a.so : f\n',
    'Fatal error. ',
    '  at A:B <0x1>',
    '\n',
  );
  const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(fc.property(text, (t) => void parse(t)));
});
