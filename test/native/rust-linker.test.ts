/** What cargo links by itself it links for a gate too, archives in any order where rustc brings lld along. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rs } from '../../src/bindings/rust/rs.js';
import { declared } from '../../src/gates/declared.js';
import type { Gate } from '../../src/gates/gate.js';
import { plain } from '../../src/gates/runtimes.js';
import { probeHost } from '../../src/host/probe.js';

const CRATE = {
  'Cargo.toml': '[package]\nname = "ordered"\nversion = "0.1.0"\nedition = "2021"\n',
  'src/lib.rs':
    'extern "C" { fn outer() -> i32; }\n#[test]\nfn calls() { assert_eq!(unsafe { outer() }, 7); }\n',
  'outer.c': 'int inner(void);\nint outer(void) { return inner(); }\n',
  'inner.c': 'int inner(void) { return 7; }\n',
  // The library that is needed comes before the one that needs it.
  'build.rs': `use std::process::Command;
fn run(tool: &str, args: &[&str]) { assert!(Command::new(tool).args(args).status().unwrap().success()); }
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    println!("cargo:rustc-link-search=native={out}");
    for name in ["inner", "outer"] {
        let object = format!("{out}/{name}.o");
        run("gcc", &["-fPIC", "-c", &format!("{name}.c"), "-o", &object]);
        run("ar", &["rcs", &format!("{out}/lib{name}.a"), &object]);
        println!("cargo:rustc-link-lib=static={name}");
    }
}
`,
};

const host = await probeHost();
const missing = ['cargo', 'rustc', 'gcc'].filter((tool) => !host.tools[tool]);
if (missing.length) console.warn(`SKIPPED: the linker of Rust needs ${missing.join(', ')}`);

describe.skipIf(missing.length > 0)('a crate with two archives', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-rust-linker-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const make = (name: string, files: Record<string, string>): string => {
    const made = join(dir, name);
    mkdirSync(join(made, 'src'), { recursive: true });
    for (const [path, text] of Object.entries(files)) writeFileSync(join(made, path), text);
    return made;
  };
  const run = (cwd: string, argv: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(argv[0]!, argv.slice(1), { cwd, env: { ...process.env, ...env }, encoding: 'utf8' });
  /** Compiles the crate's tests for a gate. */
  const prepare = (made: string, gate: Gate) => {
    const out = `${made}-${gate.id}`;
    mkdirSync(out);
    const place = { dir: made, out, targets: {}, env: {}, with: {} };
    const steps = rs.prepare(place, gate.instrument(host, 'rs', 'gcc'), host.tools);
    const ended = steps.map((step) => run(made, step.argv, step.env)).at(-1)!;
    return { status: ended.status, said: ended.stderr, programs: () => rs.ownObjects!(place) };
  };
  /** Names of the functions that the compiled tests hold. */
  const functionsIn = (programs: readonly string[]): string =>
    programs.map((p) => run(dir, ['nm', '--defined-only', p]).stdout).join('');

  test('is linked as cargo links it', () => {
    const made = make('crate', CRATE);
    const own = ['test', '--tests', '--no-run', '--target-dir', join(dir, 'own')];
    const { status } = run(made, [host.tools['cargo']!.path, ...own]);
    expect(prepare(made, plain)).toMatchObject({ status });
  });

  const SPARE = 'int inner(void);\nint outer(void) { return inner(); }\nint spare(void) { return 1; }\n';

  test('loads a shared library that no test calls where declarations are compared', () => {
    const made = make('shared', {
      ...CRATE,
      'src/lib.rs': '#[test]\nfn calls() {}\n',
      'build.rs': `fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let library = format!("{out}/libinner.so");
    assert!(std::process::Command::new("gcc").args(["-shared", "-fPIC", "inner.c", "-o", &library]).status().unwrap().success());
    println!("cargo:rustc-link-search=native={out}\\ncargo:rustc-link-lib=inner");
}
`,
    });
    const needed = (gate: Gate): string => {
      const { programs, said } = prepare(made, gate);
      expect(programs().length, said).toBeGreaterThan(0);
      return programs()
        .map((p) => run(dir, ['readelf', '-d', p]).stdout)
        .join('');
    };
    expect(needed(declared)).toContain('libinner.so');
    expect(needed(plain)).not.toContain('libinner.so');
  });

  test('has all its native functions where declarations are compared, those that no test calls, too', () => {
    const calling = '#[test]\nfn calls() {}\n';
    const made = make('idle', { ...CRATE, 'outer.c': SPARE, 'src/lib.rs': calling });
    const compared = prepare(made, declared);
    expect(compared, compared.said).toMatchObject({ status: 0 });
    expect(functionsIn(compared.programs())).toMatch(/ T spare$/m);
    expect(functionsIn(prepare(made, plain).programs())).not.toMatch(/ T spare$/m);
  });

  test('is linked as usual where what nobody calls lacks a library', () => {
    const lacking = `${SPARE}int absent(void);\nint more(void) { return absent(); }\n`;
    const made = make('lacking', {
      ...CRATE,
      'spare.c': lacking.replaceAll('outer', 'other'),
      'build.rs': CRATE['build.rs'].replace('["inner", "outer"]', '["inner", "outer", "spare"]'),
    });
    const compared = prepare(made, declared);
    expect(compared, compared.said).toMatchObject({ status: 0 });
    expect(functionsIn(compared.programs())).toMatch(/ T outer$/m);
  });
});
