/** npm packages of every kind, as one repository holds them, under the real gate: each leaks a number of bytes of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Report } from '../../src/model/report.js';

const BIN = fileURLToPath(new URL('../../bin/ffi-gates.js', import.meta.url));
const run = (tool: string, args: string[], cwd?: string): { status: number | null; stdout: string } =>
  spawnSync(tool, args, { encoding: 'utf8', cwd, maxBuffer: 1 << 28 });

const missing = [
  ...(isAbsolute(run('gcc', ['-print-file-name=libasan.so']).stdout?.trim() ?? '') ? [] : ['gcc with ASan']),
  ...['cargo', 'cmake', 'make'].filter((tool) => run(tool, ['--version']).status !== 0),
];
if (missing.length) console.warn(`SKIPPED: npm packages need ${missing.join(', ')}`);

/** An addon of C that forgets `bytes`: when it is loaded, or when its function is called. */
const addon = (bytes: number, when: 'loaded' | 'called'): string => `#include <node_api.h>
#include <stdlib.h>
static char *volatile kept;
static void forget_${bytes}(void) { kept = malloc(${bytes}); kept[0] = 1; kept = 0; }
static napi_value call(napi_env env, napi_callback_info info) { forget_${bytes}(); return 0; }
NAPI_MODULE_INIT() {
  ${when === 'loaded' ? `forget_${bytes}();` : ''}
  napi_value f;
  napi_create_function(env, "call", NAPI_AUTO_LENGTH, call, 0, &f);
  return f;
}
`;
const gyp = (bytes: number, when: 'loaded' | 'called'): Record<string, string> => ({
  'binding.gyp': "{'targets': [{'target_name': 'a', 'sources': ['a.c']}]}",
  'a.c': addon(bytes, when),
  'index.js': "module.exports = require('./build/Release/a.node')\n",
});

/** A crate that is an addon. What it is made with is not there; its own few lines are enough to be loaded. */
const crate = (framework: string, bytes: number): Record<string, string> => ({
  'Cargo.toml': `[package]\nname = "r"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n[features]\nshout = []\n[dependencies]\n${framework} = { path = "${framework}" }\n`,
  [`${framework}/Cargo.toml`]: `[package]\nname = "${framework}"\nversion = "2.0.0"\nedition = "2021"\n`,
  [`${framework}/src/lib.rs`]: '',
  'src/lib.rs': `use std::ffi::c_void;
#[cfg(not(shout))]
#[cfg(not(feature = "shout"))]
compile_error!("the package's own build has a feature and a flag");
fn forget_${bytes}() { std::mem::forget(std::hint::black_box(Box::new([1u8; ${bytes}]))); }
#[no_mangle]
pub extern "C" fn napi_register_module_v1(_env: *mut c_void, exports: *mut c_void) -> *mut c_void {
    forget_${bytes}();
    exports
}
`,
  '.cargo/config.toml': '[build]\nrustflags = ["--cfg", "shout"]\n',
});

type Package = {
  json: Record<string, unknown>;
  files: Record<string, string>;
  leaks: number;
  settings?: object;
};
const PACKAGES: Record<string, Package> = {
  untested: { json: {}, files: gyp(1111, 'loaded'), leaks: 1111, settings: { load: true } },
  generated: {
    json: { scripts: { install: 'node check.js > made.gypi && node-gyp rebuild' } },
    files: {
      ...gyp(1199, 'loaded'),
      'binding.gyp': "{'includes': ['made.gypi'], 'targets': [{'target_name': 'a', 'sources': ['a.c']}]}",
      'check.js': "console.log('{}')\n",
    },
    leaks: 1199,
    settings: { load: true },
  },
  command: {
    json: { scripts: { test: 'make test' } },
    files: {
      ...gyp(1222, 'called'),
      Makefile: '.PHONY: test\ntest:\n\techo begun && node test/check.mjs\n',
      'test/check.mjs': "import call from '../index.js'\ncall()\n",
    },
    leaks: 1222,
    settings: { command: 'make test' },
  },
  worker: {
    json: { scripts: { test: 'node test/main.js' } },
    files: {
      ...gyp(1333, 'called'),
      'test/main.js':
        "const { Worker } = require('node:worker_threads')\nnew Worker(__dirname + '/worker.js').on('error', (e) => { throw e })\n",
      'test/worker.js': "require('..')()\n",
    },
    leaks: 1333,
    settings: { runner: [], files: ['test/main.js'] },
  },
  compiled: {
    json: { main: 'lib/index.js', scripts: { build: 'node tsc.js', test: 'node --test' } },
    files: {
      ...gyp(1444, 'called'),
      'tsc.js':
        "require('fs').mkdirSync('lib')\nrequire('fs').writeFileSync('lib/index.js', 'module.exports = require(\"../build/Release/a.node\")')\n",
      'a.test.js': "require('node:test')('calls', () => require('.')())\n",
    },
    leaks: 1444,
    settings: { scripts: ['build'] },
  },
  napi: {
    json: {
      napi: { binaryName: 'fast' },
      scripts: { build: 'napi build --platform --release --features shout' },
    },
    files: {
      ...crate('napi', 1555),
      'index.js': "module.exports = require('./fast.linux-' + process.arch + '-gnu.node')\n",
    },
    leaks: 1555,
  },
  neon: {
    json: { main: 'lib/index.js', scripts: { build: 'cargo build --features shout' } },
    files: { ...crate('neon', 1666), 'lib/index.js': "module.exports = require('../dist/x.node')\n" },
    leaks: 1666,
  },
  cmakets: {
    json: { 'cmake-ts': { nodeAPI: 'node-addon-api' }, scripts: { test: 'node test.js' } },
    files: {
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.16)\nproject(z C)\nadd_library(addon SHARED a.c)\nset_target_properties(addon PROPERTIES PREFIX "" SUFFIX ".node")\ntarget_include_directories(addon PRIVATE ${CMAKE_JS_INC})\n',
      'a.c': addon(1777, 'called'),
      // As its loader does it.
      'test.js':
        "const { resolve } = require('path')\nconst all = require('./build/manifest.json')\nconst [key] = Object.keys(all).filter((k) => JSON.parse(k).os === process.platform && JSON.parse(k).arch === process.arch)\nrequire(resolve('build', all[key]))()\n",
    },
    leaks: 1777,
  },
};

describe.skipIf(missing.length > 0)('npm packages', () => {
  const made = mkdtempSync(join(tmpdir(), 'ffi-gates-npm-'));
  afterAll(() => rmSync(made, { recursive: true, force: true }));

  test('init writes a suite for each, and each fault is found', () => {
    const suites: Record<string, unknown>[] = [];
    for (const [name, { json, files, settings }] of Object.entries(PACKAGES)) {
      const dir = join(made, name);
      for (const [path, text] of Object.entries({
        'package.json': JSON.stringify({ name, version: '1.0.0', ...json }),
        ...files,
      })) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), text);
      }
      expect(run(process.execPath, [BIN, 'init'], dir).status, name).toBe(0);
      const text = run('cat', ['ffi-gates.yaml'], dir).stdout;
      const [suite] = (parse(text) as { suites: Record<string, unknown>[] }).suites;
      if (settings) expect(suite?.['with'], name).toEqual(settings);
      suites.push({ ...suite, dir: name, gates: ['asan'] });
    }
    const matrix = { version: 1, suites, gates: { asan: {} } };
    writeFileSync(join(made, 'ffi-gates.yaml'), JSON.stringify(matrix));
    const { stdout } = run(process.execPath, [BIN, 'run', '--quiet', '--json'], made);
    const report = JSON.parse(stdout) as Report;
    const cells = report.cells.filter((c) => c.role === 'subject');
    for (const c of cells)
      expect(c.verdict, `${c.id}: ${JSON.stringify(c.verdict)}`).toMatchObject({ kind: 'hazard', fresh: 1 });
    const leaks = report.findings.filter((f) => !f.planted).map((f) => /leak of (\d+)/.exec(f.message)?.[1]);
    expect(leaks.sort()).toEqual(Object.values(PACKAGES).map((p) => String(p.leaks)));
  }, 600_000);
});
