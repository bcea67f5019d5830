/** Addons that a package without tests brings along are loaded once each, whatever names they have (`plugins/node/load.test.mjs`). */
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const LOAD = fileURLToPath(new URL('../../plugins/node/load.test.mjs', import.meta.url));
const include = join(dirname(dirname(realpathSync(process.execPath))), 'include', 'node');
const missing = !existsSync(join(include, 'node.h')) || spawnSync('g++', ['--version']).status !== 0;
if (missing) console.warn('SKIPPED: addons that register themselves need g++ and the headers of Node');

/** Registers itself when it is loaded, as addons did before Node-API. */
const ADDON = `#include <node.h>
static void init(v8::Local<v8::Object> exports) {}
NODE_MODULE(addon, init)
`;

describe.skipIf(missing)('addons of a package without tests', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-node-load-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const built = join(dir, 'addon.node');
  beforeAll(() => {
    writeFileSync(join(dir, 'addon.cc'), ADDON);
    writeFileSync(join(dir, 'none.c'), 'int none;\n');
    const flags = ['-shared', '-fPIC', `-I${include}`];
    for (const [tool, from, to] of [
      ['g++', 'addon.cc', built],
      ['gcc', 'none.c', join(dir, 'none.node')],
    ] as const)
      expect(spawnSync(tool, [...flags, join(dir, from), '-o', to], { encoding: 'utf8' }).stderr).not.toMatch(
        /error/,
      );
  }, 120_000);

  const loaded = (name: string, files: Record<string, string>) => {
    const root = join(dir, name);
    for (const [to, from] of Object.entries(files)) {
      mkdirSync(dirname(join(root, to)), { recursive: true });
      linkSync(from, join(root, to));
    }
    return spawnSync(process.execPath, ['--test', '--test-reporter=tap', LOAD], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, FFI_GATES_LOAD: '{"names":[],"entry":false,"addons":true}' },
    });
  };

  test('pass under each of two names', () => {
    const { status, stdout } = loaded('twice', { 'build/a.node': built, 'lib/a.node': built });
    expect(stdout).toMatch(/^# pass 2$/m);
    expect(status).toBe(0);
  });

  test('fail where nothing registers, also beside one that does', () => {
    const { status, stdout } = loaded('none', {
      'build/a.node': built,
      'build/b.node': join(dir, 'none.node'),
    });
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(stdout).toMatch(/did not self-register/);
    expect(status).toBe(1);
  });
});
