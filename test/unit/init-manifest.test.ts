/** Manifests that cannot be read, or hardly: `init` says so with the place, goes on, and takes a bearable time. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { describe, expect, test } from 'vitest';
import { filesOf, init } from '../../src/init/init.js';
import { readJson, readToml, readXml, stringAt, tableAt } from '../../src/init/manifest.js';
import { propose } from '../../src/init/propose.js';
import { readTree, treeOf } from '../../src/init/tree.js';
import { textAt } from '../../src/init/xml.js';

const SUITE = { 'test_a.py': 'import ctypes\nctypes.CDLL("liba.so")\n' };

const complaints = async (files: Record<string, string>): Promise<string[]> =>
  (await propose(treeOf({ ...SUITE, ...files }))).unclear;

describe('a file that is not of its format', () => {
  test.each([
    ['Cargo.toml', '[package]\nname = \n', 'Cargo.toml:2:8: not valid TOML: invalid value'],
    [
      'a/Cargo.toml',
      '[package]\nname = "a"\nname = "b"\n',
      'a/Cargo.toml:3:1: not valid TOML: trying to redefine an already defined table or value',
    ],
    [
      'pyproject.toml',
      '[project\r\nname = "a"\r\n',
      'pyproject.toml:1:9: not valid TOML: illegal character in key',
    ],
    ['pyproject.toml', '<<<<<<< HEAD\n[project]\n=======\n>>>>>>> x\n', 'pyproject.toml:1:'],
    ['pom.xml', '<project>\n  <name>\n</project>', 'pom.xml:3:10: not valid XML: unexpected close tag'],
    ['pom.xml', '', 'pom.xml:1:1: not valid XML: document must contain a root element'],
    ['pom.xml', '<a/><b/>', 'pom.xml:1:7: not valid XML: documents may contain only one root'],
    ['pom.xml', '<m:project/>', 'pom.xml:1:12: not valid XML: unbound namespace prefix: "m"'],
    [
      'pom.xml',
      '<project>\n<name>a\u0000b</name></project>',
      'pom.xml:2:8: not valid XML: disallowed character',
    ],
    ['pom.xml', '<a>b & c; d</a>', 'pom.xml:1:9: not valid XML: disallowed character in entity name'],
    ['n/T.csproj', '<Project Sdk=a />', 'n/T.csproj:1:14: not valid XML: unquoted attribute value'],
    ['Directory.Build.props', '<Project>', 'Directory.Build.props:1:9: not valid XML: unclosed tag: Project'],
    ['package.json', '{ "name": }', 'package.json: not valid JSON: Unexpected token'],
  ])('%s: %j', async (path, text, complaint) => {
    const others = {
      'A.java': 'class A {}',
      'N.cs': '[DllImport("a")]',
      'n/N.csproj': '<Project Sdk="MSTest.Sdk"/>',
    };
    expect((await complaints({ ...others, [path]: text }))[0]).toContain(complaint);
  });

  test('stands at the top of the matrix, and the rest is proposed', async () => {
    const files = {
      ...SUITE,
      'Cargo.toml': '[package',
      'pyproject.toml': 'a = [1,\n',
      Makefile: 'liba.so: a.c\n',
      'a.c': '',
    };
    const p = await propose(treeOf({ ...files, 'src/lib.rs': '#[test]\nfn t() {}\nextern "C" {}' }));
    const [matrix] = filesOf(p, '/repo');
    const head = matrix!.text.slice(0, matrix!.text.indexOf('version: 1'));
    expect(head).toMatch(/# Not understood:\n(?:# - .*\n)*# - Cargo\.toml:1:2: not valid TOML: /);
    expect(head).toContain('# - pyproject.toml:2:1: not valid TOML: ');
    expect(p.suites).toMatchObject([{ binding: 'py', targets: ['a'] }]);
  });

  test('is no suite, and leaves those beside it', async () => {
    const jni = '\n  native void f();\n';
    const p = await propose(
      treeOf({
        'a/pom.xml': '<project>',
        'a/src/main/java/A.java': `class A {${jni}}`,
        'a/src/test/java/T.java': '@Test void x() {}',
        'b/pom.xml': '<project/>',
        'b/src/main/java/B.java': `class B {${jni}}`,
        'b/src/test/java/T.java': '@Test void x() {}',
      }),
    );
    expect(p.suites.map((s) => s.dir)).toEqual(['b']);
    expect(p.unclear).toEqual(['a/pom.xml:1:9: not valid XML: unclosed tag: project']);
  });

  test('does not hide what setup.py says', async () => {
    const p = await propose(
      treeOf({
        'pyproject.toml': '[',
        'setup.py': 'setup(name="a", ext_modules=[])',
        'test_a.py': 'def test_a(): pass',
      }),
    );
    expect(p.suites).toMatchObject([{ id: 'a', binding: 'pyx' }]);
    expect(p.unclear).toEqual([expect.stringMatching(/^pyproject\.toml:1:\d+: not valid TOML: /)]);
  });

  test('is passed over where it is data of tests', async () => {
    const files = {
      'A.java': '',
      'x/src/test/resources/pom.xml': '<',
      'tests/bad/pyproject.toml': '[',
      'tests/bad/Cargo.toml': '[',
    };
    expect(await complaints(files)).toEqual([]);
  });

  test('of the right format and the wrong types is an empty one', async () => {
    const p = await propose(
      treeOf({
        'Cargo.toml': 'package = 5\nworkspace = "x"\nlib = [1]\n[target]\ncfg = 1\n',
        'a/Cargo.toml': '[package]\nname = ["a"]\n[dependencies]\nb-sys = 5\n',
        'pyproject.toml': 'project = []\nbuild-system = "mesonpy"\ndependency-groups = 1979-05-27\n',
        'package.json': 'null',
        'b/package.json': '{"name": 5, "scripts": [], "dependencies": {"x": "1"}}',
        'c/package.json': '[]',
      }),
    );
    expect(p).toMatchObject({ suites: [], unclear: [] });
  });
});

describe('forms of files', () => {
  const path = 'm';
  const nothing: string[] = [];
  const toml = (text: string): Promise<unknown> => readToml(treeOf({ [path]: text }), path, nothing);
  const xml = async (text: string): Promise<string | undefined> => {
    const root = await readXml(treeOf({ [path]: text }), path, nothing);
    return root && textAt(root, 'b');
  };

  test('a byte order mark, CRLF, a last line without an end', async () => {
    expect(await toml('\uFEFF[a] # c\r\nb = "x\\ny"\r\nc = [\r\n  1,\r\n]')).toEqual({
      a: { b: 'x\ny', c: [1] },
    });
    expect(await xml('\uFEFF<?xml version="1.0"?>\r\n<a>\r\n<b>x\r\ny</b>\r\n</a>')).toBe('x\ny');
    expect(await readJson(treeOf({ [path]: '\uFEFF{"a":\r\n1}' }), path, nothing)).toEqual({ a: 1 });
    expect(nothing).toEqual([]);
  });

  test('integers of 64 bits', async () => {
    expect(await toml('a = 9223372036854775807')).toEqual({ a: 9223372036854775807n });
  });

  test('names that every object of JavaScript knows are keys like any other', async () => {
    const table = await toml('__proto__ = { a = "x" }\n[constructor]\nb = "y"\n');
    expect(stringAt(table, '__proto__', 'a')).toBe('x');
    expect(stringAt(table, 'constructor', 'b')).toBe('y');
    expect(tableAt(table, 'toString')).toEqual({});
    expect(tableAt({}, '__proto__')).toEqual({});
    expect(stringAt({}, 'a', 'b')).toBeUndefined();
  });

  test('of any encoding that XML has to know', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-init-'));
    try {
      const text = '<a><b>é€</b></a>';
      const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
      writeFileSync(join(dir, 'little.xml'), little);
      writeFileSync(join(dir, 'big.xml'), Buffer.from(little).swap16());
      writeFileSync(join(dir, 'eight.xml'), `\uFEFF${text}`);
      const tree = await readTree(dir);
      for (const name of ['little.xml', 'big.xml', 'eight.xml'])
        expect(textAt((await readXml(tree, name, nothing))!, 'b'), name).toBe('é€');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test.each([
    ['of a file elsewhere', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a><b>&e;</b></a>', '&e;'],
    ['of a document type elsewhere', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a><b>&e;</b></a>', '&e;'],
    ['of the document', '<!DOCTYPE a [<!ENTITY e "x">]><a><b>&e;</b></a>', '&e;'],
    ['of HTML', '<a><b>&oslash;&constructor;</b></a>', '&oslash;&constructor;'],
    ['of XML', '<a><b>&lt;&#65;&#x42;&amp;e;</b></a>', '<AB&e;'],
  ])('entities %s', async (_, text, value) => {
    expect(await xml(text)).toBe(value);
  });
});

describe('large and hostile files', () => {
  const MIB = 1024 * 1024;
  const bomb = (levels: number): string =>
    Array.from({ length: levels }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('');
  const dependency = '<dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>\n';
  const large = (text: string): string => text.repeat(Math.ceil(MIB / text.length));

  const TOML: Record<string, string> = {
    'a megabyte of tables': large('[[a]]\nb = "c" # d\n'),
    'a megabyte of one array': `a = [${large('"b", # c\n')}]`,
    'a megabyte of one string': `a = """${large('b\n')}"""`,
    'a megabyte of blanks': `${' '.repeat(MIB)}x`,
    'a string without an end': `a = "${'b'.repeat(MIB)}`,
    'arrays in arrays': `a = ${'['.repeat(MIB)}`,
    'tables in tables': `a = ${'{a='.repeat(MIB / 4)}`,
    'keys in keys': `${'a.'.repeat(100_000)}a = 1`,
  };
  const XML: Record<string, string> = {
    'a megabyte of dependencies': `<project><dependencies>${large(dependency)}</dependencies></project>`,
    'a megabyte of text': `<project><name>${'x'.repeat(MIB)}</name></project>`,
    'a megabyte in a comment': `<project><!--${'- '.repeat(MIB / 2)}--></project>`,
    'attributes without number': `<project ${Array.from({ length: 50_000 }, (_, i) => `a${i}="b"`).join(' ')}/>`,
    'elements in elements': '<a>'.repeat(100_000) + '</a>'.repeat(100_000),
    'namespaces in namespaces': '<a xmlns="u">'.repeat(50_000),
    'elements that are never closed': '<a>'.repeat(MIB / 4),
    'angle brackets': '<'.repeat(MIB),
    'entities of entities': `<!DOCTYPE project [<!ENTITY e0 "lol">${bomb(12)}]><project><name>&e12;</name></project>`,
    'a large entity, used often': `<!DOCTYPE project [<!ENTITY e "${'x'.repeat(MIB / 2)}">]><project><name>${'&e;'.repeat(MIB / 6)}</name></project>`,
    'a document type without an end': `<!DOCTYPE project [${'<'.repeat(MIB)}`,
  };

  test.each(Object.entries(TOML))('%s', { timeout: 10_000 }, async (_, text) => {
    const start = performance.now();
    await complaints({ 'Cargo.toml': text, 'pyproject.toml': text });
    expect(performance.now() - start).toBeLessThan(8000);
  });

  test.each(Object.entries(XML))('%s', { timeout: 10_000 }, async (_, text) => {
    const start = performance.now();
    await complaints({ 'pom.xml': text, 'A.java': '', 'a.csproj': text, 'N.cs': '[DllImport("a")]' });
    expect(performance.now() - start).toBeLessThan(8000);
  });

  test('what nests too deeply is said', async () => {
    expect(await complaints({ 'Cargo.toml': TOML['arrays in arrays']! })).toEqual([
      expect.stringMatching(/^Cargo\.toml:1:\d+: not valid TOML: .*excessively nested/),
    ]);
    expect(await complaints({ 'A.java': '', 'pom.xml': XML['elements in elements']! })).toEqual([
      expect.stringMatching(/^pom\.xml:1:\d+: not valid XML: elements are nested deeper than 200 levels$/),
    ]);
    const deep = `{"scripts": {"test": ${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    expect(await complaints({ 'package.json': deep })).toEqual([]);
  });

  test('a manifest is read to its end, and one beyond all measure is not', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-init-'));
    const said: string[] = [];
    try {
      writeFileSync(join(dir, 'Cargo.toml'), `${'# long\n'.repeat(MIB / 7)}[package]\nname = "a-sys"\n`);
      writeFileSync(join(dir, 'pyproject.toml'), '# long\n'.repeat(MIB));
      writeFileSync(join(dir, 'test_a.py'), SUITE['test_a.py']);
      await init({ dir, force: false, dryRun: true }, (line) => said.push(line));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    expect(said).toContain('  - Cargo.toml: it is called -sys, and it has no #[test]');
    expect(said).toContain('  - pyproject.toml: larger than 4 MiB, so it was not read');
  });
});

test('only init loads the libraries, and it is loaded by its command alone', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  const loaders = globSync('**/*.ts', { cwd: src })
    .filter((file) => !file.startsWith('init/') && file !== 'cli/init.ts')
    .filter((file) =>
      // Types are gone when it runs.
      /^import (?!type\b)[^;]*from '(?:smol-toml|saxes|picomatch|[./]+\/init\/[^']+|(?:\.|[./]+\/cli)\/init\.js)'/m.test(
        readFileSync(join(src, file), 'utf8'),
      ),
    );
  expect(loaders).toEqual([]);
});
