/** What `init` takes from CI files, and crates that reach C through others. */
import { describe, expect, test } from 'vitest';
import { cargoFeatures, goTags } from '../../src/init/ci.js';
import { propose } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';

describe('build tags of Go', () => {
  test.each<[string[], string[]]>([
    [['  run: go test -tags sqlite_fts5,icu ./...'], ['sqlite_fts5', 'icu']],
    [['\tgo test -race -tags=netgo ./...'], ['netgo']],
    [['GOFLAGS: "-tags=libsqlite3"'], ['libsqlite3']],
    [['go build --tags "one" .', 'go test -tags one ./...'], ['one']],
    [['go test -tags one ./...', 'go test -tags two ./...'], []],
    [['go test -tags ${{ matrix.tags }} ./...'], []],
    [['go test -v', 'go build -tags external_lib', 'go test -tags external_lib -v'], []],
    [['GOFLAGS: -tags=one', 'go test ./...'], ['one']],
    [["GOFLAGS='-tags one' go test ./..."], ['one']],
    [['go test -tags ${{ matrix.tags }} ./...', 'go test -tags one ./...'], ['one']],
    [['golangci-lint run --build-tags one', 'go test ./...'], []],
  ])('%j', (lines, tags) => expect(goTags(lines)).toEqual(tags));
});

describe('features of Rust', () => {
  test.each<[string[], string[]]>([
    [['run: cargo test --all-features'], ['--all-features']],
    [
      ['cargo test --no-default-features --features "bundled,ssl" -- --nocapture'],
      ['--no-default-features', '--features', 'bundled,ssl'],
    ],
    [['cargo +nightly nextest run --features=x && cargo test --features y'], ['--features', 'x']],
    [['cargo build --features x', 'cargo test'], []],
    [['cargo test', 'cargo test --no-default-features --features pure-rust'], []],
    [['cargo test --features secure', 'cargo test -- --nocapture', 'cargo test --features v3'], []],
    [['cargo test', 'cargo test --all-features'], ['--all-features']],
    [
      ['cargo test -p other', 'cargo test --features a', 'cargo test --features b'],
      ['--features', 'a'],
    ],
    [['cargo test --features ${{ matrix.features }}'], []],
    [['cargo test -- --features x'], []],
  ])('%j', (lines, args) => expect(cargoFeatures(lines)).toEqual(args));
});

const crate = (name: string, dependencies: string): string =>
  `[package]\nname = "${name}"\n[dependencies]\n${dependencies}\n`;
const locked = (...packages: [string, ...string[]][]): string =>
  packages
    .map(
      ([name, ...d]) =>
        `[[package]]\nname = "${name}"\nversion = "1.0.0"\ndependencies = ${JSON.stringify(d)}\n`,
    )
    .join('\n');
const WITH_TEST = '#[test]\nfn t() {}\n';

describe('crates', () => {
  test.each<[string, Record<string, string>, RegExp | undefined]>([
    [
      'a safe crate',
      { 'Cargo.toml': crate('a', 'zstd-safe = "7"'), 'src/lib.rs': WITH_TEST },
      /depends on zstd-safe/,
    ],
    [
      'through others, as the lock says',
      {
        'Cargo.toml': crate('a', 'zip = "1"'),
        'Cargo.lock': locked(['a', 'zip'], ['zip', 'squash'], ['squash', 'squash-sys 1.0.0'], ['squash-sys']),
        'src/lib.rs': WITH_TEST,
      },
      /reaches C through zip → squash → squash-sys/,
    ],
    [
      'too far away',
      {
        'Cargo.toml': crate('a', 'b = "1"'),
        'Cargo.lock': locked(['a', 'b'], ['b', 'c'], ['c', 'd'], ['d', 'x-sys'], ['x-sys']),
        'src/lib.rs': WITH_TEST,
      },
      undefined,
    ],
    [
      'a platform, which is nobody’s C',
      {
        'Cargo.toml': crate('a', 'b = "1"'),
        'Cargo.lock': locked(
          ['a', 'b'],
          ['b', 'windows-sys', 'linux-raw-sys'],
          ['windows-sys'],
          ['linux-raw-sys'],
        ),
        'src/lib.rs': WITH_TEST,
      },
      undefined,
    ],
    [
      'libc',
      {
        'Cargo.toml': crate('a', 'libc = "0.2"'),
        'src/lib.rs': `fn f() { unsafe { libc::free(p) } }\n${WITH_TEST}`,
      },
      /calls C through libc/,
    ],
    [
      'types of libc alone',
      { 'Cargo.toml': crate('a', 'libc = "0.2"'), 'src/lib.rs': `fn f(x: libc::c_int) {}\n${WITH_TEST}` },
      undefined,
    ],
  ])('%s', async (_, files, why) => {
    const { suites } = await propose(treeOf(files));
    if (why) expect(suites[0]).toMatchObject({ binding: 'rs', why: expect.stringMatching(why) as string });
    else expect(suites).toEqual([]);
  });

  test('features and tags are written into the matrix', async () => {
    const ci = '.github/workflows/ci.yml';
    const rust = {
      'Cargo.toml': crate('a-sys', ''),
      'src/lib.rs': WITH_TEST,
      [ci]: 'run: |\n  cargo test \\\n    --features vendored\n',
    };
    expect((await propose(treeOf(rust))).suites[0]).toMatchObject({
      with: { args: ['--features', 'vendored'] },
    });
    const go = {
      'go.mod': 'module a\n',
      'a.go': 'import "C" // nolint\n',
      'a_test.go': '',
      Makefile: 'test:\n\tgo test -tags one ./...\n',
    };
    expect((await propose(treeOf(go))).suites[0]).toMatchObject({ binding: 'go', with: { tags: ['one'] } });
  });
});
