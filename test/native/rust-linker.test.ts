/** What cargo links by itself it links for a gate too, archives in any order where rustc brings lld along. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rs } from '../../src/bindings/rust/rs.js';
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

  test('is linked as cargo links it', () => {
    const made = join(dir, 'crate');
    mkdirSync(join(made, 'src'), { recursive: true });
    for (const [path, text] of Object.entries(CRATE)) writeFileSync(join(made, path), text);
    const run = (argv: readonly string[], env: Record<string, string> = {}) =>
      spawnSync(argv[0]!, argv.slice(1), { cwd: made, env: { ...process.env, ...env }, encoding: 'utf8' });
    const own = run([
      host.tools['cargo']!.path,
      'test',
      '--tests',
      '--no-run',
      '--target-dir',
      join(dir, 'own'),
    ]);
    const out = join(dir, 'out');
    mkdirSync(out);
    const place = { dir: made, out, targets: {}, env: {}, with: {} };
    const [step] = rs.prepare(place, plain.instrument(host, 'rs', 'gcc'), host.tools);
    const ours = run(step!.argv, step!.env);
    expect({ status: ours.status, said: ours.stderr }).toMatchObject({ status: own.status });
  });
});
