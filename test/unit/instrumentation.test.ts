/** Which objects a gate can see into, on real ones: an object's hooks are read from its symbols. */
import { makeCaches } from '../../src/process/caches.js';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSymbolReader } from '../../src/process/dynamic-symbols.js';
import { foreignObjects, inspectObjects, type Loaded } from '../../src/judge/instrumentation.js';

const asan = { id: 'asan', hook: /\b__asan_/ } as const;
const memcheck = { id: 'memcheck' } as const;
let dir: string;
const at = (name: string): string => join(dir, name);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ffi-gates-instrumentation-'));
  mkdirSync(at('out/node_modules'), { recursive: true });
  mkdirSync(at('tmp'));
  writeFileSync(at('hooked.c'), 'void __asan_init(void); void f(void) { __asan_init(); }');
  writeFileSync(at('bare.c'), 'void g(void) {}');
  const shared = (source: string, to: string): unknown =>
    execFileSync('gcc', ['-shared', '-fPIC', at(source), '-o', at(to)]);
  shared('hooked.c', 'out/addon.node');
  shared('bare.c', 'out/shipped.node');
  shared('bare.c', 'tmp/libfromjar.so');
});
afterAll(() => rmSync(dir, { recursive: true }));

const loaded = (...maps: string[]): Loaded => ({
  maps: new Set([...maps.map(at), '/usr/lib/x86_64-linux-gnu/libc.so.6']),
  whole: true,
  own: new Set(['addon.node']),
  out: at('out'),
});

test('what was compiled for the gate is seen into', async () => {
  const { objects, blind } = await inspectObjects(
    loaded('out/addon.node'),
    asan,
    {},
    makeSymbolReader(makeCaches()),
  );
  expect(objects.instrumented).toEqual(['addon.node']);
  expect(blind).toBeUndefined();
});

test('a shipped binary that was loaded instead makes the gate blind, whatever else was loaded', async () => {
  expect(
    (
      await inspectObjects(
        loaded('out/addon.node', 'out/shipped.node'),
        asan,
        {},
        makeSymbolReader(makeCaches()),
      )
    ).blind,
  ).toMatch(/shipped\.node/);
});

test('an object of others beside what was compiled is listed, and alone makes the gate blind', async () => {
  const beside = await inspectObjects(
    loaded('out/addon.node', 'tmp/libfromjar.so'),
    asan,
    {},
    makeSymbolReader(makeCaches()),
  );
  expect([beside.blind, beside.objects.blind]).toEqual([undefined, ['libfromjar.so']]);
  expect(
    (await inspectObjects(loaded('tmp/libfromjar.so'), asan, {}, makeSymbolReader(makeCaches()))).blind,
  ).toMatch(/libfromjar\.so.*memcheck/);
  expect(
    (await inspectObjects(loaded('tmp/libfromjar.so'), memcheck, {}, makeSymbolReader(makeCaches()))).blind,
  ).toBeUndefined();
});

test('nothing but the host’s own code is no test of native code, if all of it is known', async () => {
  expect((await inspectObjects(loaded(), memcheck, {}, makeSymbolReader(makeCaches()))).blind).toMatch(
    /no native code/,
  );
  expect(
    (await inspectObjects({ ...loaded(), whole: false }, memcheck, {}, makeSymbolReader(makeCaches()))).blind,
  ).toBeUndefined();
});

test('in a suite without native code of its own, what it loads is what it tests', () => {
  const bare = { ...loaded('tmp/libfromjar.so'), own: new Set<string>() };
  expect(foreignObjects(bare, {})).toEqual(['libfromjar.so']);
  expect(foreignObjects(loaded('tmp/libfromjar.so'), {})).toEqual([]);
  // numpy, which the tests require, is not what they test.
  const required = new Set([...bare.maps, at('out/.venv/lib/python3.11/site-packages/numpy/_umath.so')]);
  expect(foreignObjects({ ...bare, maps: required }, {})).toEqual(['libfromjar.so']);
});

test('a package through which JavaScript calls libraries is not under test, and hides nothing', async () => {
  const maps = new Set([...loaded('out/addon.node').maps, at('out/project/node_modules/koffi/koffi.node')]);
  const symbols = makeSymbolReader(makeCaches());
  const { objects, blind } = await inspectObjects({ ...loaded(), maps }, asan, {}, symbols);
  expect({ blind, seen: objects.instrumented, unseen: objects.blind }).toEqual({
    blind: undefined,
    seen: ['addon.node'],
    unseen: [],
  });
  const bridge = at('out/project/node_modules/koffi/koffi.node');
  const bare = { ...loaded('tmp/libfromjar.so'), own: new Set<string>() };
  expect(foreignObjects({ ...bare, maps: new Set([...bare.maps, bridge]) }, {})).toEqual(['libfromjar.so']);
  // The project of that name is.
  const itself = at('out/koffi.node');
  expect((await inspectObjects({ ...loaded(), maps: new Set([itself]) }, asan, {}, symbols)).blind).toMatch(
    /koffi\.node/,
  );
});
