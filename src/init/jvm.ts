/** Java with JNI: Maven projects whose classes declare native methods. */
import { basename, dirname, relative } from 'node:path/posix';
import { foreignIn, systemObjects } from './jvm-foreign.js';
import { readPoms, type Pom } from './maven.js';
import type { Found, SuiteIdea } from './proposal.js';
import { dirsWith, nearestOf, textsOf, within, type Tree } from './tree.js';

const NATIVE =
  /^[ \t]{1,40}(?:(?:public|private|protected|static|final|synchronized) ){0,5}native [\w<>[\], .]{1,120}\(/m;
const LOADS = /(?:loadLibrary|mapLibraryName)\(\s?"([^"\n]+)"/g;
const C = /\.(?:c|cc|cpp|cxx)$/;

type Source = { path: string; text: string };

const isTest = (f: Source, { testDirs }: Pom): boolean =>
  (/\bsrc\/test\//.test(f.path) || testDirs.some((dir) => within(dir, f.path))) &&
  /@(?:\w{1,40}\.){0,8}(?:Parameterized)?Test\b/.test(f.text);

const nameOf = (dir: string): string => (dir === '.' ? 'java' : basename(dir));

/** What the binding must copy besides the project, so that Maven finds its parents. */
const rootOf = ({ dir, root }: Pom): { root?: string } => (root === dir ? {} : { root: relative(dir, root) });

/** Why tests below a pom that only holds other projects together are not run with it. */
const notRun = ({ path, modules }: Pom, test: string): string => {
  const module = modules.find((dir) => within(dir, test));
  return module === undefined
    ? `${path}: Maven runs no tests of a project with packaging pom, and ${test} is in none of its modules`
    : `${path}: its module ${module} has no pom.xml; add a suite with binding jni and args: [-f, its pom]`;
};

/** What a suite's comment adds about projects of this repository that it needs: Maven builds them only together with it. */
const neighbours = (pom: Pom, poms: ReadonlyMap<string, Pom>): string => {
  const paths = [...poms.values()]
    .filter((o) => o !== pom && pom.dependencies.includes(o.id))
    .map((o) => o.path);
  return paths.length
    ? `; it depends on ${paths.join(', ')}, which Maven takes from its local repository: mvn install puts it there`
    : '';
};

const prebuilt = (pom: Pom, poms: ReadonlyMap<string, Pom>): SuiteIdea => ({
  name: nameOf(pom.dir),
  binding: 'jni',
  dir: pom.dir,
  ...(pom.root === pom.dir ? {} : { with: rootOf(pom) }),
  links: [],
  prebuilt: true,
  why: `${pom.path} has tests and no native code: what they reach is in the jars that it depends on${neighbours(pom, poms)}`,
});

export const findJvm = async (tree: Tree): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const java = await textsOf(tree, (p) => /\.(?:java|kt|scala)$/.test(p));
  const foreign = new Map(java.flatMap((f) => [[f.path, foreignIn(f.text)] as const]));
  const isNative = (f: Source): boolean =>
    NATIVE.test(f.text) || f.text.search(LOADS) >= 0 || foreign.get(f.path) !== undefined;
  const native = java.filter(isNative);
  const poms = java.length ? await readPoms(tree, found.unclear) : new Map<string, Pom>();
  const projectOf = nearestOf(dirsWith(tree, 'pom.xml'));
  const byProject = new Map<string | undefined, Source[]>();
  for (const f of java) {
    const dir = projectOf(f.path);
    const files = byProject.get(dir) ?? [];
    files.push(f);
    byProject.set(dir, files);
  }
  const testsOf = (pom: Pom): Source[] => (byProject.get(pom.dir) ?? []).filter((f) => isTest(f, pom));
  if (native.length === 0) {
    for (const pom of poms.values()) {
      const [test] = testsOf(pom);
      if (test && pom.packaging === 'pom') found.unclear.push(notRun(pom, test.path));
      else if (test) found.suites.push(prebuilt(pom, poms));
    }
    return found;
  }
  const dirs = [...new Set(native.map((f) => projectOf(f.path)))];
  for (const dir of dirs) {
    const own = native.filter((f) => projectOf(f.path) === dir);
    if (dir === undefined) {
      const gradle = tree.paths.find((p) => /^(?:build|settings)\.gradle(?:\.kts)?$/.test(basename(p)));
      found.unclear.push(
        gradle
          ? `${gradle}: ${own[0]!.path} has native methods, but tests are run through Maven only: a pom.xml beside it with the same dependencies is enough (Gradle's maven-publish plugin writes one: generatePomFileForMavenPublication), or test the library from another binding`
          : `${own[0]!.path}: has native methods or calls a library, and there is no pom.xml above it`,
      );
      continue;
    }
    const pom = poms.get(dir);
    // It could not be read, and that is said already.
    if (!pom) continue;
    const tests = testsOf(pom);
    if (tests.length === 0) {
      found.unclear.push(
        `${pom.path}: ${own[0]!.path} has native methods, and there is no JUnit test below src/test`,
      );
      continue;
    }
    if (pom.packaging === 'pom') {
      found.unclear.push(notRun(pom, tests[0]!.path));
      continue;
    }
    if (tests.some((f) => /\borg\.testng\b/.test(f.text)))
      found.unclear.push(
        `${pom.path}: tests of TestNG; progress is read from the JUnit Platform (add its TestNG engine)`,
      );
    const named = (files: typeof own): string[] => [
      ...new Set(
        files.flatMap((f) => [
          ...[...f.text.matchAll(LOADS)].map((m) => m[1]!),
          ...(foreign.get(f.path)?.names ?? []),
        ]),
      ),
    ];
    const through = own.flatMap((f) => foreign.get(f.path)?.through ?? [])[0];
    // The class that loads may stand outside the project whose tests use it.
    const libraries = named(own).length ? named(own) : named(native);
    const sources = (await textsOf(tree, (p) => C.test(p) && within(dir, p))).filter(
      (f) => f.text.includes('<jni.h>') || /\bJNIEXPORT\b/.test(f.text),
    );
    const built = tree.paths.some(
      (p) =>
        within(dir, p) &&
        ['CMakeLists.txt', 'Makefile', 'meson.build'].includes(basename(p)) &&
        sources.some((s) => within(dirname(p), s.path)),
    );
    const shim = sources.length > 0 && !built && libraries.length === 1;
    // Methods of a class that is registered with JNA are native as well: then both are proven.
    const hasNative = own.some((f) => NATIVE.test(f.text));
    const throughJna = own.some((f) => foreign.get(f.path)?.through === 'JNA');
    const settings = {
      ...rootOf(pom),
      ...(throughJna ? { foreign: hasNative ? 'both' : 'jna' } : {}),
      ...(shim
        ? {
            shim: {
              name: libraries[0]!,
              sources: sources.map((s) => relative(dir, s.path)),
              include: [...new Set(sources.map((s) => relative(dir, dirname(s.path)) || '.'))],
            },
          }
        : {}),
    };
    const reach = through === undefined ? 'has native methods of' : `calls, through ${through},`;
    const reached = through === undefined ? 'has native methods' : `calls libraries through ${through}`;
    found.suites.push({
      name: nameOf(dir),
      binding: 'jni',
      dir,
      ...(Object.keys(settings).length ? { with: settings } : {}),
      links: libraries,
      ...(shim ? {} : { needsTarget: true as const }),
      // What they load may be a library of the system: then that is under test.
      ...(through === undefined ? {} : { own: systemObjects(libraries) }),
      why: `${own[0]!.path} ${libraries.length ? `${reach} ${libraries.join(', ')}` : reached}${neighbours(pom, poms)}`,
    });
  }
  return found;
};
