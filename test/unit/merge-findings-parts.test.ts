/** A finding's parts come from one report: stacks, crossing, size of a leak, and the command with its seed. */
import { expect, test } from 'vitest';
import { judge } from '../../src/judge/judge.js';
import { mergeFindings } from '../../src/judge/merge-findings.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { at, cellsOf, diagnostic, evidence, host, leak, pick, seen, stack } from '../helpers/evidence.js';
const cells = cellsOf(`
targets: { lib: { builder: cc, dir: native, sources: [x.c], produces: [libx.so] } }
suites:
  - { id: s, binding: c, dir: c, targets: [lib] }
gates: { asan: , memcheck: }
`);
const merged = async (...all: [Diagnostic, string?][]) => {
  const e = evidence(pick(cells, 's-c_ccgcc-asan'), { seen: all.map(([d, t]) => seen(d, t)) });
  return (await mergeFindings([judge(e, [], new Set())], '/o', '/repo', () => Promise.resolve(undefined)))
    .findings;
};
const poor = diagnostic({ message: 'poor' });
const rich = diagnostic({ message: 'rich', stacks: [stack('fault', at('use')), stack('freed', at('drop'))] });
test('cut then rich: complete', async () => {
  expect((await merged([{ ...poor, complete: false }], [rich]))[0]).toMatchObject({
    message: 'rich',
    complete: true,
  });
});
test('cut rich first, then a complete poorer one', async () => {
  expect((await merged([{ ...rich, message: 'cut', complete: false }], [poor]))[0]).toMatchObject({
    message: 'poor',
    complete: true,
  });
});
test('boundary is of the stacks that are shown', async () => {
  const a = diagnostic({ stacks: [stack('fault', at('use'), host('call'))] });
  const b = diagnostic({
    stacks: [stack('fault', host('memcpy'), at('use'), host('call')), stack('freed', at('drop'))],
  });
  const [f] = await merged([a], [b]);
  const frame = f!.stacks[f!.boundary!.stack]!.frames[f!.boundary!.frame]!;
  expect(frame).toMatchObject({ function: f!.boundary!.function });
});
test('seed goes with its command', async () => {
  const [f] = await merged([diagnostic({ seed: 1 })], [diagnostic(), 'a']);
  expect(f!.repro).toBe('repro a');
  expect(f).not.toHaveProperty('seed');
});
test('leak bytes are those of the message', async () => {
  const one = leak(host('malloc'), at('make'));
  const two = {
    ...leak(host('malloc'), at('make')),
    message: '16 bytes leaked',
    leak: { kind: 'direct' as const, bytes: 16, objects: 2 },
  };
  two.stacks = [...two.stacks, stack('related', at('x'))];
  const [f] = await merged([one], [two]);
  expect(f).toMatchObject({ message: '16 bytes leaked', leak: { bytes: 16 } });
});
