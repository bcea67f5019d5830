/** What `init` takes from pom.xml: forms of XML, parents, properties, profiles, modules and what a project depends on. */
import { describe, expect, test } from 'vitest';
import { propose, type Proposal } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';

const NATIVE = 'class A {\n  public native void f();\n  static { System.loadLibrary("a"); }\n}';
const TEST = '@Test void x() {}';
/** A project with native methods and a test, whose tests are where Maven looks for them by default. */
const sources = (dir = ''): Record<string, string> => ({
  [`${dir}src/main/java/A.java`]: NATIVE,
  [`${dir}src/test/java/T.java`]: TEST,
});
const pom = (artifact: string, more = ''): string =>
  `<project><groupId>g</groupId><artifactId>${artifact}</artifactId>${more}</project>`;
const child = (parent: string, artifact: string, more = '', relativePath?: string): string =>
  `<project><parent><groupId>g</groupId><artifactId>${parent}</artifactId>${
    relativePath === undefined ? '' : `<relativePath>${relativePath}</relativePath>`
  }</parent><artifactId>${artifact}</artifactId>${more}</project>`;
const dependsOn = (artifact: string, group = 'g'): string =>
  `<dependencies><dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId></dependency></dependencies>`;

const seen = (files: Record<string, string>): Promise<Proposal> => propose(treeOf(files));
const withOf = async (files: Record<string, string>): Promise<unknown> => (await seen(files)).suites[0]?.with;

describe('a parent in the repository is copied with the project', () => {
  test.each([
    ['above it', { 'pom.xml': pom('p'), 'a/pom.xml': child('p', 'a') }, '..'],
    ['beside it', { 'p/pom.xml': pom('p'), 'a/pom.xml': child('p', 'a', '', '../p') }, '..'],
    [
      'in a file of another name',
      { 'p/base.xml': pom('p'), 'a/pom.xml': child('p', 'a', '', ' ../p/base.xml ') },
      '..',
    ],
    ['in CDATA', { 'pom.xml': pom('p'), 'a/pom.xml': child('p', 'a', '', '<![CDATA[../pom.xml]]>') }, '..'],
    [
      'with a parent of its own',
      {
        'x/pom.xml': pom('x'),
        'p/pom.xml': child('x', 'p', '', '../x'),
        'a/pom.xml': child('p', 'a', '', '../p'),
      },
      '..',
    ],
  ])('%s', async (_, poms, root) => {
    expect(await withOf({ ...poms, ...sources('a/') })).toEqual({ root });
  });

  test.each([
    ['that is taken from elsewhere', child('p', 'a', '', '')],
    ['of another name', child('q', 'a')],
    ['that is commented out', pom('a', '<!-- <parent><artifactId>p</artifactId></parent> -->')],
    [
      'that is of a dependency',
      pom('a', '<dependencies><parent><artifactId>p</artifactId></parent></dependencies>'),
    ],
  ])('but not one %s', async (_, text) => {
    expect(await withOf({ 'pom.xml': pom('p'), 'a/pom.xml': text, ...sources('a/') })).toBeUndefined();
  });

  test('parents in a circle end', async () => {
    const files = { 'pom.xml': child('b', 'b', '', 'b'), 'b/pom.xml': child('b', 'b', '', '..') };
    expect(await withOf({ ...files, ...sources('b/') })).toEqual({ root: '..' });
  });
});

describe('where tests are', () => {
  const tests = (dir: string): string => `<build><testSourceDirectory>${dir}</testSourceDirectory></build>`;
  const profile = (isActive: boolean, more: string): string =>
    `<profiles><profile><activation><activeByDefault>${isActive}</activeByDefault></activation>${more}</profile></profiles>`;

  test.each([
    ['in the project', pom('a', tests('./checks/'))],
    [
      'by properties',
      pom(
        'a',
        `<properties><t.dir>\${x}s</t.dir><x>check</x></properties>${tests('${project.basedir}/${t.dir}')}`,
      ),
    ],
    [
      'by a namespace',
      `<m:project xmlns:m="http://maven.apache.org/POM/4.0.0"><m:artifactId>a</m:artifactId><m:build><m:testSourceDirectory>checks</m:testSourceDirectory></m:build></m:project>`,
    ],
    ['in parts around a comment, over several lines', pom('a', tests('\r\n  che<!-- src/test -->cks\r\n'))],
    ['in a profile that is active by default', pom('a', tests('src/test') + profile(true, tests('checks')))],
    [
      'with a property of such a profile',
      pom(
        'a',
        `<properties><d>no</d></properties>${tests('${d}')}${profile(true, '<properties><d>checks</d></properties>')}`,
      ),
    ],
    [
      'behind a name that HTML knows and XML does not',
      pom('a', `<name>J&oslash;rgen</name>${tests('checks')}`),
    ],
  ])('%s', async (_, text) => {
    const files = { 'pom.xml': text, 'src/main/java/A.java': NATIVE, 'checks/T.java': TEST };
    expect(await seen(files)).toMatchObject({ suites: [{ binding: 'jni', dir: '.' }], unclear: [] });
  });

  test('inherited from a parent, by a property of the child', async () => {
    const p = await seen({
      'pom.xml': pom('p', `<properties><d>no</d></properties>${tests('${d}')}`),
      'a/pom.xml': child('p', 'a', '<properties><d>checks</d></properties>'),
      'a/src/main/java/A.java': NATIVE,
      'a/checks/T.java': TEST,
    });
    expect(p).toMatchObject({ suites: [{ dir: 'a', with: { root: '..' } }], unclear: [] });
  });

  test.each([
    ['in a comment', pom('a', `<!-- ${tests('checks')} -->`)],
    ['in a profile that is not active', pom('a', profile(false, tests('checks')))],
    ['by a property that nobody sets', pom('a', tests('${absent}'))],
    [
      'by a property that stands for itself',
      pom('a', `<properties><d>\${d}</d></properties>${tests('${d}')}`),
    ],
  ])('not %s', async (_, text) => {
    const p = await seen({ 'pom.xml': text, 'src/main/java/A.java': NATIVE, 'checks/T.java': TEST });
    expect(p.suites).toEqual([]);
    expect(p.unclear).toEqual([
      'pom.xml: src/main/java/A.java has native methods, and there is no JUnit test below src/test',
    ]);
  });

  test('properties that double each other end', async () => {
    const doubled = Array.from(
      { length: 30 },
      (_, i) => `<p${i}>\${p${i + 1}}\${p${i + 1}}\${p${i + 1}}</p${i}>`,
    );
    const text = pom(
      'a',
      `<properties>${doubled.join('')}<p30>${'x'.repeat(900)}</p30></properties>${tests('${p0}')}`,
    );
    const start = performance.now();
    await seen({ 'pom.xml': text, ...sources() });
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('what a project of this repository depends on is said at its suite', () => {
  const NOTE =
    /it depends on b\/pom.xml, which Maven takes from its local repository: mvn install puts it there$/;
  const whyOf = async (text: string, more: Record<string, string> = {}): Promise<string> => {
    const p = await seen({ 'a/pom.xml': text, 'b/pom.xml': pom('b'), ...sources('a/'), ...more });
    expect(p.unclear).toEqual([]);
    return p.suites[0]!.why;
  };

  test.each([
    ['by name', pom('a', dependsOn('b'))],
    [
      'by properties',
      pom('a', `<properties><name>b</name></properties>${dependsOn('${name}', '${project.groupId}')}`),
    ],
    ['in CDATA and entities', pom('a', dependsOn('<![CDATA[b]]>', '&#x67;'))],
    [
      'in a profile that is active by default',
      pom(
        'a',
        `<profiles><profile><activation><activeByDefault>true</activeByDefault></activation>${dependsOn('b')}</profile></profiles>`,
      ),
    ],
  ])('%s', async (_, text) => {
    expect(await whyOf(text)).toMatch(NOTE);
  });

  test('through its parent', async () => {
    expect(await whyOf(child('p', 'a'), { 'pom.xml': pom('p', dependsOn('b')) })).toMatch(NOTE);
  });

  test('also where what is tested comes in jars', async () => {
    const p = await seen({
      'a/pom.xml': pom('a', dependsOn('b')),
      'b/pom.xml': pom('b'),
      'a/src/test/java/T.java': TEST,
    });
    expect(p.suites[0]!.why).toMatch(NOTE);
  });

  test.each([
    ['a comment', pom('a', `<!-- ${dependsOn('b')} -->`)],
    ['what is only managed', pom('a', `<dependencyManagement>${dependsOn('b')}</dependencyManagement>`)],
    [
      'a plugin',
      pom(
        'a',
        `<build><plugins><plugin><artifactId>x</artifactId>${dependsOn('b')}</plugin></plugins></build>`,
      ),
    ],
    ['another group', pom('a', dependsOn('b', 'h'))],
    ['text', pom('a', `<description><![CDATA[${dependsOn('b')}]]></description>`)],
  ])('%s is no dependency', async (_, text) => {
    expect(await whyOf(text)).not.toMatch(NOTE);
  });
});

describe('a pom that holds modules together', () => {
  const aggregator = (...modules: string[]): string =>
    pom(
      'p',
      `<packaging>pom</packaging><modules>${modules.map((m) => `<module>${m}</module>`).join('')}</modules>`,
    );

  test('is no suite beside those of its modules', async () => {
    const p = await seen({
      'pom.xml': aggregator('a'),
      'a/pom.xml': pom('a'),
      'a/src/test/java/T.java': TEST,
    });
    expect(p).toMatchObject({ suites: [{ dir: 'a' }], unclear: [] });
    expect(p.suites).toHaveLength(1);
  });

  test('runs no tests itself', async () => {
    const p = await seen({ 'pom.xml': aggregator(), ...sources() });
    expect(p.suites).toEqual([]);
    expect(p.unclear).toEqual([
      'pom.xml: Maven runs no tests of a project with packaging pom, and src/test/java/T.java is in none of its modules',
    ]);
  });

  test.each([
    ['', aggregator('a/other.xml')],
    [
      ' of a property',
      aggregator('${m}').replace('<modules>', '<properties><m>a/other.xml</m></properties><modules>'),
    ],
    [
      ' of a profile',
      aggregator().replace(
        '<modules>',
        '<profiles><profile><activation><activeByDefault>true</activeByDefault></activation><modules><module>a/</module></modules></profile></profiles><modules>',
      ),
    ],
  ])('whose module%s has a pom of another name', async (_, text) => {
    const p = await seen({ 'pom.xml': text, 'a/other.xml': pom('a'), ...sources('a/') });
    expect(p.suites).toEqual([]);
    expect(p.unclear).toEqual([
      'pom.xml: its module a has no pom.xml; add a suite with binding jni and args: [-f, its pom]',
    ]);
  });
});
