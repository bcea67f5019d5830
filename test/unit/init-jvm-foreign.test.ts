/** Java that calls libraries through JNA, JNR or java.lang.foreign: what it loads is under test. */
import { expect, test } from 'vitest';
import { foreignIn } from '../../src/init/jvm-foreign.js';
import { propose } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';

const JNA = 'import com.sun.jna.Native;\n';
const PANAMA = 'import java.lang.foreign.*;\n';

test.each<[string, string, { through: string; names: string[] } | undefined]>([
  ['JNA, load', `${JNA}Native.load("zed", Zed.class);`, { through: 'JNA', names: ['zed'] }],
  [
    'JNA, direct mapping',
    `${JNA}static { Native.register("libzed.so.1"); }`,
    { through: 'JNA', names: ['zed'] },
  ],
  [
    'JNA, by platform',
    `${JNA}Native.load(Platform.isWindows() ? "zed.dll" : "zed", Zed.class);`,
    { through: 'JNA', names: ['zed'] },
  ],
  [
    'JNA, a constant',
    `${JNA}class A { static final String LIB = "zed"; Object o = Native.load(LIB, A.class); }`,
    { through: 'JNA', names: ['zed'] },
  ],
  [
    'JNR',
    'import jnr.ffi.LibraryLoader;\nLibraryLoader.create(Zed.class)\n  .load("zed");',
    { through: 'JNR', names: ['zed'] },
  ],
  [
    'Panama, a library',
    `${PANAMA}SymbolLookup.libraryLookup("libzed.so", arena);`,
    { through: 'java.lang.foreign', names: ['zed'] },
  ],
  [
    'Panama, the default lookup',
    `${PANAMA}Linker.nativeLinker().defaultLookup();`,
    { through: 'java.lang.foreign', names: [] },
  ],
  ['types of JNA alone', `${JNA}class S extends Structure {}`, undefined],
  ['somebody else’s load', 'config.load("zed");', undefined],
])('%s', (_, text, found) => expect(foreignIn(text)).toEqual(found));

const FILES = {
  'pom.xml':
    '<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId></project>',
  'src/main/java/Zed.java': `${JNA}interface Zed extends Library { Zed Z = Native.load("zed", Zed.class); }`,
  'src/test/java/ZedTest.java': 'class ZedTest { @Test void x() {} }',
};

test('what it loads is built here, or of the system', async () => {
  const built = { ...FILES, 'n/CMakeLists.txt': 'project(zed C)\nadd_library(zed SHARED a.c)\n' };
  expect((await propose(treeOf(built))).suites).toMatchObject([
    { binding: 'jni', dir: '.', targets: ['n'], with: { foreign: 'jna' } },
  ]);
  const { suites } = await propose(treeOf(FILES));
  expect(suites).toMatchObject([
    { targets: [], own: ['libzed.so*'], why: expect.stringMatching(/calls, through JNA, zed/) as string },
  ]);
  const libc = { ...FILES, 'src/main/java/Zed.java': `${JNA}class Z { Z z = Native.load("c", Z.class); }` };
  expect((await propose(treeOf(libc))).suites).toMatchObject([{ own: [] }]);
});

test('native methods beside JNA: the lane is proven for both', async () => {
  const both = { ...FILES, 'src/main/java/Own.java': 'class Own {\n  static native int f(int a);\n}' };
  expect((await propose(treeOf(both))).suites).toMatchObject([{ with: { foreign: 'both' } }]);
  const through = { ...both, 'src/main/java/Zed.java': FILES['src/main/java/Zed.java'].replace(JNA, PANAMA) };
  expect((await propose(treeOf(through))).suites[0]).not.toHaveProperty('with');
});

test('Gradle is said, with what to write', async () => {
  const { 'pom.xml': _, ...rest } = FILES;
  const { suites, unclear } = await propose(treeOf({ ...rest, 'build.gradle.kts': '' }));
  expect(suites).toEqual([]);
  expect(unclear.join('\n')).toMatch(/build.gradle.kts: .*Maven only: a pom.xml beside it.*is enough/);
});
