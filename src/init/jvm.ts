/** Java with JNI: Maven projects whose classes declare native methods. */
import { basename, dirname, relative } from 'node:path/posix';
import type { Found } from './proposal.js';
import { dirsWith, textsOf, under, within, type Tree } from './tree.js';

const NATIVE =
  /^[ \t]{1,40}(?:(?:public|private|protected|static|final|synchronized) ){0,5}native [\w<>[\], .]{1,120}\(/m;
const LOADS = /(?:loadLibrary|mapLibraryName)\(\s?"([^"\n]+)"/g;
const C = /\.(?:c|cc|cpp|cxx)$/;

type Source = { path: string; text: string };

const isTest = (f: Source): boolean =>
  /\bsrc\/test\//.test(f.path) && /@(?:\w{1,40}\.){0,8}(?:Parameterized)?Test\b/.test(f.text);

const nameOf = (dir: string): string => (dir === '.' ? 'java' : basename(dir));

const prebuilt = (dir: string): Found['suites'][number] => ({
  name: nameOf(dir),
  binding: 'jni',
  dir,
  links: [],
  prebuilt: true,
  why: `${under(dir, 'pom.xml')} has tests and no native code: what they reach is in the jars that it depends on`,
});

export const findJvm = async (tree: Tree): Promise<Found> => {
  const found: Found = { targets: [], suites: [], unclear: [] };
  const java = await textsOf(tree, (p) => /\.(?:java|kt|scala)$/.test(p));
  const native = java.filter((f) => NATIVE.test(f.text) || f.text.search(LOADS) >= 0);
  const poms = dirsWith(tree, 'pom.xml');
  if (native.length === 0)
    return {
      ...found,
      suites: poms.filter((d) => java.some((f) => within(d, f.path) && isTest(f))).map(prebuilt),
    };
  const projectOf = (path: string): string | undefined =>
    poms.filter((d) => within(d, path)).sort((a, b) => b.length - a.length)[0];
  const dirs = [...new Set(native.map((f) => projectOf(f.path)))];
  for (const dir of dirs) {
    const own = native.filter((f) => projectOf(f.path) === dir);
    if (dir === undefined) {
      const gradle = tree.paths.find((p) => /^(?:build|settings)\.gradle(?:\.kts)?$/.test(basename(p)));
      found.unclear.push(
        gradle
          ? `${gradle}: ${own[0]!.path} has native methods, but tests are run through Maven only; add a pom.xml or test from another binding`
          : `${own[0]!.path}: has native methods, and there is no pom.xml above it`,
      );
      continue;
    }
    const tests = java.filter((f) => projectOf(f.path) === dir && isTest(f));
    if (tests.length === 0) {
      found.unclear.push(
        `${under(dir, 'pom.xml')}: ${own[0]!.path} has native methods, and there is no JUnit test below src/test`,
      );
      continue;
    }
    if (tests.some((f) => /\borg\.testng\b/.test(f.text)))
      found.unclear.push(
        `${under(dir, 'pom.xml')}: tests of TestNG; progress is read from the JUnit Platform (add its TestNG engine)`,
      );
    const named = (files: typeof own): string[] => [
      ...new Set(files.flatMap((f) => [...f.text.matchAll(LOADS)].map((m) => m[1]!))),
    ];
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
    found.suites.push({
      name: nameOf(dir),
      binding: 'jni',
      dir,
      ...(shim
        ? {
            with: {
              shim: {
                name: libraries[0]!,
                sources: sources.map((s) => relative(dir, s.path)),
                include: [...new Set(sources.map((s) => relative(dir, dirname(s.path)) || '.'))],
              },
            },
          }
        : {}),
      links: libraries,
      ...(shim ? {} : { needsTarget: true as const }),
      why: `${own[0]!.path} has native methods${libraries.length ? ` of ${libraries.join(', ')}` : ''}`,
    });
  }
  return found;
};
