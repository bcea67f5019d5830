/**
 * A run whose environment, matrix and tests are full of secrets. None of them may be in a file that the run leaves, or in
 * anything that a command prints. A new kind of secret is a new row.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { glob } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRig, type Ran, type Rig } from '../helpers/rig.js';

/** Put together here, so that no scanner takes this file for a leak. */
const word = (n: number, from = 'aZ3kQ9xW7bR2mN5cV8tY4uL6pD1sF0gH'): string => from.repeat(8).slice(0, n);

/**
 * Where a secret is: in a variable of the caller, of the suite, of the gate or of the target; among the arguments of the
 * target; in text that the tests print, which nobody knows beforehand.
 */
type Place = 'caller' | 'suite' | 'gate' | 'target' | 'argument' | 'printed';
type Row = [place: Place, name: string, secret: string, text?: (s: string) => string];

const SECRETS: readonly Row[] = [
  ['caller', 'CI_JOB_TOKEN', 'Caller-1-swordfish'],
  ['caller', 'AWS_SECRET_ACCESS_KEY', `${word(20)}/${word(19)}`],
  [
    'caller',
    'DEPLOY_KEY',
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${word(64)}\n${word(40, 'qW9eR8tY7u')}\n-----END OPENSSH PRIVATE KEY-----\n`,
  ],
  ['caller', 'PIP_INDEX_URL', 'Caller-4-pw', (s) => `https://bob:${s}@pypi.example/simple`],
  ['caller', 'SMTP_PASSWORD', 'it\'s "5" <& $x'],
  ['caller', 'npm_config__authToken', 'Caller-6-npm'],
  ['suite', 'DB_PASSWORD', 'hunter2'],
  ['suite', 'DATABASE_URL', 'Suite-2-pw', (s) => `postgres://app:${s}@db:5432/app`],
  ['suite', 'API_KEY', 'Größe 3 & more'],
  ['suite', 'clientSecret', 'Suite-4-camel'],
  ['gate', 'GATE_TOKEN', 'Gate-1-swordfish'],
  ['gate', 'CURL_OPTS', 'Gate-2-pw', (s) => `-u bob:${s} --silent`],
  ['target', 'SIGNING_PASSPHRASE', 'Target-1-swordfish'],
  ['target', 'REGISTRY', 'Target-2-pw', (s) => `https://ci:${s}@registry.example/v2`],
  ['argument', 'PW', 'Argument-1-pw', (s) => `-DPW=${s}`],
  ['argument', 'API_TOKEN', 'Argument-2 with "quotes"', (s) => `-DAPI_TOKEN:STRING=${s}`],
  ['argument', '--password', 'Argument-3-pw'],
  ['argument', 'url', 'Argument-4-pw', (s) => `--index=https://u:${s}@h/x`],
  ['printed', 'GitHub', `ghp_${word(36)}`],
  ['printed', 'a fine-grained token', `github_pat_${word(22)}_${word(40)}`],
  ['printed', 'GitLab', `glpat-${word(20)}`],
  ['printed', 'AWS', `AKIA${word(16, 'ABCDEFGH23456789')}`],
  ['printed', 'Slack', `xoxp-1234567890-${word(24)}`],
  ['printed', 'npm', `npm_${word(36)}`],
  ['printed', 'a JSON web token', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${word(43)}`],
  ['printed', 'a header', word(22), (s) => `Authorization: Bearer ${s}`],
  ['printed', 'basic credentials', 'Ym9iOnByaW50ZWQtOQ==', (s) => `authorization: Basic ${s}`],
  ['printed', 'a cookie', 'sid=Printed-10-sid', (s) => `Cookie: ${s}`],
  ['printed', 'a URL', 'Printed-11-pw', (s) => `redis://:${s}@cache:6379/0`],
  ['printed', 'JSON', 'Printed-12-pw', (s) => `{"user": "bob", "password": "${s}"}`],
  ['printed', 'an option', 'Printed-13-pw', (s) => `running login --password ${s} now`],
  ['printed', 'a variable', 'Printed-14 with blanks', (s) => `OTHER_SECRET=${s}`],
  [
    'printed',
    'a private key',
    `${word(64, 'pR1nT3dK3yLmN0')}`,
    (s) => `-----BEGIN RSA PRIVATE KEY-----\n${s}\n${s}\n-----END RSA PRIVATE KEY-----`,
  ],
];
const of = (place: Place): Row[] => SECRETS.filter((s) => s[0] === place);
const textOf = ([, , secret, text]: Row): string => (text ? text(secret) : secret);
const envOf = (place: Place): Record<string, string> =>
  Object.fromEntries(of(place).map((s) => [s[1], textOf(s)]));

const SCRIPT = `#!/bin/sh
here=$(dirname "$0")
if [ "$1" = --list ]; then
  printf 'reports\\nfails\\nstrange\\nnamed/%s\\n' "$CI_JOB_TOKEN"
  env
  exit
fi
for t; do
  echo "# start $t pid=$$"
  env
  echo "smtp: $SMTP_PASSWORD"
  printf '%s' "$SMTP_PASSWORD $API_KEY" | base64
  cat "$here/printed"
  case $t in
    reports) echo "=================================================================
==$$==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55
READ of size 1 at 0x602000000010 thread T0
    #0 0x55 in get_$CI_JOB_TOKEN $here/x.c:1:3
    #1 0x56 in login --password $DB_PASSWORD ($here/lib-$GATE_TOKEN.so+0x10)

SUMMARY: AddressSanitizer: heap-use-after-free $here/x.c:1:3 in get_$CI_JOB_TOKEN
==$$==ABORTING" ;;
    strange) echo "==$$==ERROR: FooSanitizer: $CI_JOB_TOKEN $(tail -n 1 "$here/printed")" ;;
  esac
  case $t in
    fails | named*) echo "not ok $t ms=1 expected $DB_PASSWORD, got $DATABASE_URL and $(head -n 1 "$here/printed")" ;;
    *) echo "ok $t ms=1" ;;
  esac
done
`;
const BUILD = `#!/bin/sh
out=$1; shift
echo "building with $*"
env
[ "$1" != broken ] || { echo "error: cannot log in with $* and $SIGNING_PASSPHRASE" >&2; exit 1; }
echo > "$out/t.txt"
`;

let rig: Rig;
/** Everything that left a process or the run, by where it was found. */
const left = new Map<string, string>();
const printed = (what: string, ran: Ran): Ran => {
  left.set(`${what}: stdout`, ran.stdout);
  left.set(`${what}: stderr`, ran.stderr);
  return ran;
};
const NOISY = (args: readonly string[], env: Record<string, string>): Promise<Ran> =>
  rig.start(['run', ...args, '--out', rig.out, '--cache', join(rig.dir, 'cache')], env).ended;
const caller = envOf('caller');
let first: Ran;
let second: Ran;

beforeAll(async () => {
  rig = makeRig();
  const given = of('argument').flatMap((s) => (s[1].startsWith('-') ? [s[1], textOf(s)] : [textOf(s)]));
  const command = (more: string[]): string =>
    `{ builder: command, dir: src, produces: [t.txt], command: ${JSON.stringify(['./build.sh', '{out}', ...more, ...given])}, env: ${JSON.stringify(envOf('target'))} }`;
  rig.write(
    'ffi-gates.yaml',
    `version: 1
canaries: false
targets:
  t: ${command([])}
  b: ${command(['broken'])}
suites:
  - { id: s, binding: c, dir: src, targets: [t], env: ${JSON.stringify(envOf('suite'))}, with: { program: ${join(rig.repo, 'src/suite.sh')} } }
  - { id: broken, binding: c, dir: src, targets: [b], with: { program: ${join(rig.repo, 'src/suite.sh')} } }
gates: { plain: { env: ${JSON.stringify(envOf('gate'))} } }
`,
  );
  rig.write('src/x.c', `/* ${textOf(of('printed')[0]!)} */\n`);
  rig.write(
    'src/printed',
    of('printed')
      .map((s) => `${textOf(s)}\n`)
      .join(''),
  );
  for (const [name, text] of [
    ['suite.sh', SCRIPT],
    ['build.sh', BUILD],
  ] as const) {
    rig.write(`src/${name}`, text);
    execFileSync('chmod', ['+x', join(rig.repo, 'src', name)]);
  }
  first = printed('run', await NOISY([], caller));
  const finding = first.report?.findings[0];
  if (!finding) throw new Error(`no finding\n${first.stdout}${first.stderr}`);
  const id = finding.fingerprint;
  const output = join(rig.out, finding.witnesses[0]!.log);
  for (const args of [
    ['repro', id, '--out', rig.out],
    ['repro', id, '--out', rig.out, '--run'],
    ['repro', 'nothing', '--out', rig.out],
    ['diff', rig.out, rig.out, '--json'],
    ['plan', '--json'],
    ['list', '--json'],
    ['baseline', '--out', rig.out],
    ['suppress', 'Suite-2-pw', '--reason', 'x', '--out', rig.out],
    ['parse', output, '--matrix', 'ffi-gates.yaml', '--junit', join(rig.out, 'parsed.xml')],
    ['parse', join(rig.repo, 'src/printed'), '--jsonl'],
    ['run', `--matrix=${caller['CI_JOB_TOKEN']}`],
    ['explain', caller['CI_JOB_TOKEN']!],
  ])
    printed(args.join(' '), await rig.start(args, caller).ended);
  // The cache has the logs of builds; what it builds is the build's own.
  const files = [
    ...(await glob('**', { cwd: rig.out, absolute: true, dot: true })),
    ...(await glob('logs/**', { cwd: join(rig.dir, 'cache'), absolute: true, dot: true })),
  ];
  for (const file of files) left.set(file, readFileSync(file, 'utf8'));
  const page = left.get(join(rig.out, 'index.html')) ?? '';
  const packed = /[A-Za-z0-9+/]{2000,}={0,2}/.exec(page)?.[0];
  if (packed !== undefined)
    left.set('index.html, unpacked', gunzipSync(Buffer.from(packed, 'base64')).toString());
  second = printed('run --json', await NOISY(['--json'], { ...caller, CI_JOB_TOKEN: 'Another-token-2' }));
});
afterAll(() => rig.remove());

/** Every form in which a secret could be read. */
const readings = (secret: string): string[] => {
  const lines = secret.split('\n').filter((l) => l.length >= 8 && !l.startsWith('-----'));
  return [
    ...(secret.includes('\n') ? lines : [secret]),
    ...(secret.includes('\n') ? [] : [JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]),
    ...(secret.length < 8 ? [] : [Buffer.from(secret).toString('base64').slice(0, 8)]),
  ];
};

test('the run took place, and left and printed what it should', () => {
  expect(first.report?.cells.map((c) => [c.id, c.verdict.kind])).toEqual([
    ['broken-c_commandgcc-plain', 'build-failed'],
    ['s-c_commandgcc-plain', 'hazard'],
  ]);
  for (const name of ['report.json', 'junit.xml', 'index.html', 'parsed.xml'])
    expect(left.get(join(rig.out, name)), name).toContain('heap-use-after-free');
  expect([...left.keys()].filter((k) => k.endsWith('output.log')).length).toBeGreaterThan(1);
  expect([...left.keys()].filter((k) => k.includes('/cache/logs/')).length).toBeGreaterThan(1);
});

describe('is nowhere', () => {
  test.each(SECRETS.map((s) => [s[0], s[1], s[2]] as const))('%s %s', (_place, _name, secret) => {
    for (const [where, text] of left)
      for (const reading of readings(secret))
        expect(text.includes(reading), `${reading} in ${where}`).toBe(false);
  });
});

describe('what stands in their place is of use', () => {
  test('the command of a finding names variables, and runs with their values', () => {
    const finding = first.report?.findings[0];
    expect(finding?.repro).toContain('DB_PASSWORD="$DB_PASSWORD"');
    expect(finding?.repro).toContain('DATABASE_URL="$DATABASE_URL"');
    const ran = [...left].find(([k]) => k.includes('--run: stdout'))?.[1];
    expect(ran).toContain(`seen again: ${finding?.fingerprint}`);
  });
  test('a failed test says which variable it saw', () => {
    const failed = first.report?.cells.flatMap((c) => c.failedTests) ?? [];
    expect(failed.find((t) => t.test === 'fails')?.message).toContain(
      'expected $DB_PASSWORD, got postgres://app:$',
    );
    expect(failed.map((t) => t.test)).toContain('named/$CI_JOB_TOKEN');
  });
  test('the log of a build shows its command', () => {
    const log = [...left].find(([k]) => k.includes('/cache/logs/b-'))?.[1];
    expect(log).toContain('-DPW=$PW');
    expect(log).toContain('--password $PASSWORD');
  });
});

test('another secret gives the same fingerprints', () => {
  const prints = (ran: Ran) => ran.report?.findings.map((f) => f.fingerprint);
  expect(prints(second)).toEqual(prints(first));
});
