/** What `init` proposes for Python projects that ship no tests. */
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { filesOf } from '../../src/init/init.js';
import { propose } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';
import { GATES } from '../../src/gates/index.js';

type Files = Record<string, string>;
type Suite = { gates?: string[] } & Record<string, unknown>;

const written = async (files: Files): Promise<{ suites: Suite[]; text: string; unclear: string[] }> => {
  const p = await propose(treeOf(files));
  const text = filesOf(p, '/repo')[0]!.text;
  return { ...(parse(text) as { suites: Suite[] }), text, unclear: p.unclear };
};

const EXTENSION = 'setup(name="fast", ext_modules=[Extension("fast._core", ["f.c"])])';
const LOADER = 'import ctypes\nlib = ctypes.CDLL("libmagic.so.1")\n';

describe('an archive without tests is loaded', () => {
  const ROWS: Record<string, { files: Files; suite: Record<string, unknown> }> = {
    'an extension: all that its build holds': {
      files: { 'setup.py': EXTENSION, 'f.c': '', 'fast/__init__.py': '' },
      suite: { id: 'fast', binding: 'pyx', dir: '.', with: { package: '.', load: true } },
    },
    'an extension in Rust': {
      files: { 'pyproject.toml': '[build-system]\nbuild-backend = "maturin"\n[project]\nname = "ox"\n' },
      suite: { id: 'ox', binding: 'pyx', dir: '.', with: { package: '.', load: true } },
    },
    'a package below another directory': {
      files: { 'python/setup.py': EXTENSION, 'python/fast/__init__.py': '', 'README.md': '' },
      suite: { binding: 'pyx', dir: 'python', with: { package: '.', load: true } },
    },
    'ctypes: the modules that load libraries': {
      files: {
        'setup.py': 'setup(name="mag")',
        'mag/__init__.py': 'import mag.loader',
        'mag/loader.py': LOADER,
        'mag/compat.py': LOADER,
        'mag/other.py': '',
      },
      suite: { binding: 'py', dir: '.', with: { load: ['mag.compat', 'mag.loader'] } },
    },
    'ctypes below src, and a module without a package': {
      files: {
        'pyproject.toml': '[project]\nname = "mag"\n',
        'src/mag/__init__.py': LOADER,
        'src/one.py': LOADER,
      },
      suite: { binding: 'py', dir: '.', with: { path: ['src'], load: ['mag', 'one'] } },
    },
  };
  test.each(Object.entries(ROWS))('%s', async (_, { files, suite }) => {
    const { suites, text, unclear } = await written(files);
    expect(suites).toEqual([expect.objectContaining(suite)]);
    expect(text).toMatch(/only loads the code\. It proves that .*\n.*proves nothing about any/);
    expect(unclear.join('\n')).toMatch(/no test_\*\.py; add a suite with binding pyx?$/m);
    // Under the gates alone that see something in that.
    const { gates = [] } = suites[0]!;
    expect(gates).toContain('memcheck');
    expect(gates.filter((g) => !GATES[g as keyof typeof GATES].seesLoading)).toEqual([]);
    expect(text).toMatch(/^ {2}# fdguard: .*it sees nothing in loading alone$/m);
  });

  test.each(['mag-tool/run.py', 'setup.py', 'scripts/run.py', 'mag/__main__.py'])(
    '%s is a script, which is not imported',
    async (path) => {
      const files: Files = { 'pyproject.toml': '[project]\n', 'mag/__init__.py': '', [path]: LOADER };
      expect((await propose(treeOf(files))).suites).toEqual([]);
    },
  );

  test('only for want of tests: a suite that has some is proposed alone, and the other said', async () => {
    const { suites, text, unclear } = await written({
      'a/setup.py': EXTENSION,
      'a/tests/test_a.py': 'def test_a(): pass\n',
      'b/setup.py': EXTENSION.replace('"fast"', '"slow"'),
    });
    expect(suites.map((s) => s['dir'])).toEqual(['a/tests']);
    expect(text).not.toContain('only loads the code');
    expect(unclear).toEqual([expect.stringMatching(/^b\/setup\.py: .*no test_\*\.py/)]);
  });
});
