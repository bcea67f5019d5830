/** Virtual environments: the same packages that Python's own venv installs, however old or absent the pip at hand is. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const MAKE = fileURLToPath(new URL('../../plugins/python/environment.py', import.meta.url));
const asked = spawnSync('python3', ['-c', 'import sys, ensurepip; print(sys.executable)'], {
  encoding: 'utf8',
});
const python = asked.stdout?.trim() ?? '';
const missing = asked.status !== 0;
if (missing) console.warn('SKIPPED: virtual environments need python3 with ensurepip');

describe.skipIf(missing)('a virtual environment', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-environment-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const made = (name: string, env: Record<string, string> = {}): string => {
    const at = join(dir, name);
    const r = spawnSync(python, [MAKE, at], { encoding: 'utf8', env: { ...process.env, ...env } });
    expect(r, r.stderr).toMatchObject({ status: 0 });
    return at;
  };
  /** What pip lists in the environment: one `name==version` a line. */
  const packages = (at: string): string => {
    const r = spawnSync(join(at, 'bin/python'), ['-m', 'pip', 'list', '--format=freeze'], {
      encoding: 'utf8',
    });
    expect(r, r.stderr).toMatchObject({ status: 0 });
    return r.stdout;
  };
  /** A directory with a module `pip` that does what `body` says, before any other on the path. */
  const pip = (name: string, body: string): Record<string, string> => {
    const at = join(dir, `pip-${name}`);
    mkdirSync(at);
    writeFileSync(join(at, 'pip.py'), body);
    return { PYTHONPATH: at };
  };

  test('has what venv installs', () => {
    const by = join(dir, 'by-venv');
    expect(spawnSync(python, ['-m', 'venv', by]).status).toBe(0);
    const usual = packages(by);
    expect(usual).toMatch(/^pip==/m);
    expect(packages(made('ours'))).toBe(usual);
  });

  test('is not reached by settings of pip that would install elsewhere or nothing', () => {
    const at = made('settings', { PIP_TARGET: join(dir, 'elsewhere'), PIP_INDEX_URL: 'http://127.0.0.1:1' });
    expect(packages(at)).toMatch(/^pip==/m);
    expect(existsSync(join(dir, 'elsewhere'))).toBe(false);
  });

  test.each([
    ['is too old to install for another interpreter', 'import sys; sys.exit(2)'],
    ['is not there', 'raise ImportError'],
  ])('is made by venv where pip %s', (name, body) => {
    const at = join(dir, `made ${name}`);
    const begun = spawnSync(python, [MAKE, at], {
      encoding: 'utf8',
      env: { ...process.env, ...pip(name, body) },
    });
    expect(begun, begun.stderr).toMatchObject({ status: 0 });
    expect(packages(at)).toMatch(/^pip==/m);
  });

  test('that cannot be made says so', () => {
    const file = join(dir, 'a file');
    writeFileSync(file, '');
    const r = spawnSync(python, [MAKE, join(file, 'below')], { encoding: 'utf8' });
    expect(r.status).not.toBe(0);
    expect(r.stderr).toContain('a file');
  });
});
