// How the sources of a package come through its registry's own client.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const run = (file, args, options) =>
  execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });
const only = (dir) => join(dir, readdirSync(dir)[0]);
const unpack = (archive, to) => (mkdirSync(to), run('tar', ['xf', archive, '-C', to]), only(to));

/** Registry → where the sources of a package are after it was fetched below `dir`. */
export const FETCH = {
  pypi: ({ name, version }, dir) => {
    const archives = join(dir, 'archive');
    run('python3', [
      '-m',
      'pip',
      'download',
      '-q',
      '--no-deps',
      '--no-binary',
      name,
      '-d',
      archives,
      `${name}==${version}`,
    ]);
    return unpack(only(archives), join(dir, 'source'));
  },
  npm: ({ name, version }, dir) => {
    const archive = run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: dir }).trim();
    return unpack(join(dir, archive), join(dir, 'source'));
  },
  go: ({ name, version }, dir) => {
    const { Dir } = JSON.parse(run('go', ['mod', 'download', '-json', `${name}@${version}`], { cwd: dir }));
    cpSync(Dir, join(dir, 'source'), { recursive: true });
    run('chmod', ['-R', 'u+w', join(dir, 'source')]);
    return join(dir, 'source');
  },
  /** A project that depends on the jar, with what `add` tests of it: jars bring native code along compiled. */
  maven: ({ name, version }, dir) => {
    const source = join(dir, 'source');
    mkdirSync(source);
    const artifact = (tag, id, v, rest = '') => {
      const [group, artifactId] = id.split(':');
      return `<${tag}><groupId>${group}</groupId><artifactId>${artifactId}</artifactId><version>${v}</version>${rest}</${tag}>`;
    };
    const plugin = (id, v) => artifact('plugin', `org.apache.maven.plugins:maven-${id}-plugin`, v);
    const text = [
      '<project><modelVersion>4.0.0</modelVersion>',
      '<groupId>example</groupId><artifactId>app</artifactId><version>1</version>',
      '<properties><maven.compiler.release>11</maven.compiler.release>',
      '<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>',
      `<dependencies>${artifact('dependency', name, version)}`,
      artifact('dependency', 'org.junit.jupiter:junit-jupiter', '5.11.4', '<scope>test</scope>'),
      `</dependencies><build><plugins>${plugin('surefire', '3.5.2')}${plugin('compiler', '3.13.0')}</plugins></build></project>`,
    ];
    writeFileSync(join(source, 'pom.xml'), text.join('\n'));
    return source;
  },
  /** The project itself: its pom, and its sources jar, which has what lies beside the Java files too. */
  'maven-sources': ({ name, version }, dir) => {
    const source = join(dir, 'source');
    const main = join(source, 'src', 'main');
    for (const type of ['pom', 'jar:sources'])
      run('mvn', [
        '-q',
        '-B',
        'dependency:copy',
        `-Dartifact=${name}:${version}:${type}`,
        `-DoutputDirectory=${dir}`,
      ]);
    const [pom, jar] = ['.pom', '-sources.jar'].map((end) => readdirSync(dir).find((f) => f.endsWith(end)));
    mkdirSync(join(main, 'java'), { recursive: true });
    cpSync(join(dir, pom), join(source, 'pom.xml'));
    run('unzip', ['-q', join(dir, jar), '-d', join(main, 'java')]);
    const isCode = (f) => /\.(?:java|c|cpp|h)$/.test(f);
    for (const f of readdirSync(join(main, 'java'), { recursive: true }))
      if (statSync(join(main, 'java', f)).isFile() && !isCode(f)) {
        mkdirSync(dirname(join(main, 'resources', f)), { recursive: true });
        renameSync(join(main, 'java', f), join(main, 'resources', f));
      }
    return source;
  },
  /** The whole repository, as Apache projects release it. */
  'maven-release': ({ name, version }, dir) => {
    const artifact = `${name}:${version}:zip:source-release`;
    run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${dir}`]);
    run('unzip', ['-q', only(dir), '-d', join(dir, 'source')]);
    return only(join(dir, 'source'));
  },
  crates: ({ name, version }, dir) => {
    const asking = join(dir, 'asking');
    mkdirSync(asking);
    writeFileSync(
      join(asking, 'Cargo.toml'),
      `[package]\nname = "asking"\nversion = "0.1.0"\n[lib]\npath = "a.rs"\n[dependencies]\n${name} = "=${version}"\n`,
    );
    writeFileSync(join(asking, 'a.rs'), '');
    run('cargo', ['vendor', '-q', '--versioned-dirs', join(dir, 'vendor')], { cwd: asking });
    const found = readdirSync(join(dir, 'vendor')).find((d) => d.startsWith(`${name}-${version}`));
    cpSync(join(dir, 'vendor', found), join(dir, 'source'), { recursive: true });
    return join(dir, 'source');
  },
};
