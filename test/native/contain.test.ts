/**
 * Workers that break: what each fault does to one, and what is said of parents that bear it or do not. Parents are tests in Python,
 * workers are programs of the shell, Python, and processes that are only forked.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAULT_KINDS, type FaultKind } from '../../src/model/containment.js';
import { cellOf, endOf, makeRig, type Ran, type Rig } from '../helpers/rig.js';

const TRACER = fileURLToPath(new URL('../../plugins/contain/tracer.c', import.meta.url));
const fits = (...words: string[]): boolean => spawnSync(words[0]!, words.slice(1)).status === 0;
const missing =
  process.arch !== 'x64' || !fits('gcc', '--version') || !fits('python3', '-m', 'pytest', '--version');
if (missing) console.warn('SKIPPED: broken workers need x86-64, gcc and pytest');

/** Says what became of its worker: the answer, its end, whether it still lives. */
const PARENT = `
import select, subprocess, sys, time
# What is expected to come is waited for however long it takes.
patience = float(sys.argv[1])
w = subprocess.Popen(["sh", "-c", "while read l; do echo got $l; done; exit 7", "puppet"], stdin=-1, stdout=-1)
w.stdin.write(b"one\\n"); w.stdin.flush()
readable = select.select([w.stdout], [], [], patience)[0]
line = w.stdout.readline() if readable else b"nothing"
until = time.monotonic() + patience
while True:
    state = open(f"/proc/{w.pid}/stat").read().rsplit(")", 1)[1].split()[0]
    # A process that is traced stands still for moments, too.
    if state not in "tT" or time.monotonic() > until:
        break
    time.sleep(0.01)
print("end" if line == b"" else "answer" if line == b"got one\\n" else "garbage" if line.endswith(b"\\n") else line.decode())
print("stopped" if state in "tT" else "")
w.kill() if state in "tT" else w.stdin.close()
print(w.wait())
`;

/** Its workers get all that it has itself. The first one breaks. */
const PARENT_OF_TWO = `
import subprocess
def ask(w):
    w.stdin.write(b"one\\n"); w.stdin.flush()
    return w.stdout.readline()
def start():
    command = ["sh", "-c", "while read l; do echo got $l; done", "puppet"]
    return subprocess.Popen(command, stdin=-1, stdout=-1, close_fds=False)
def end(w):
    w.kill(); w.wait(); w.stdout.close()
    try: w.stdin.close()
    except BrokenPipeError: pass
w = start()
ask(w); end(w)
w = start()
ask(w); ask(w); end(w)
`;

/** What the parent sees: the answer, whether the worker is stopped, and its status. */
const SEEN: Record<FaultKind | 'none', [string, string, string]> = {
  none: ['answer', '', '7'],
  segv: ['end', '', '-11'],
  abort: ['end', '', '-6'],
  memory: ['end', '', '-9'],
  hang: ['nothing', 'stopped', '-9'],
  garbage: ['garbage', '', '7'],
  // It lives on and finds out when it reads.
  close: ['end', '', '7'],
};

describe.skipIf(missing)('a fault strikes a worker', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-tracer-'));
  const tracer = join(dir, 'tracer');
  beforeAll(() => {
    const { stderr } = spawnSync('gcc', ['-O1', '-Wall', '-Werror', '-o', tracer, TRACER], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    writeFileSync(join(dir, 'parent.py'), PARENT);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const run = (settings: readonly (readonly (string | number)[])[], ...command: string[]) => {
    for (const name of readdirSync(dir)) if (name.startsWith('contain.')) rmSync(join(dir, name));
    const lines = [['log', join(dir, 'contain')], ...settings].map((words) => `${words.join('\t')}\n`);
    writeFileSync(join(dir, 'settings'), lines.join(''));
    const ended = spawnSync(tracer, [join(dir, 'settings'), ...command], { encoding: 'utf8' });
    const journal = readdirSync(dir).filter((n) => /^contain\.\d+\.log$/.test(n));
    expect(journal).toHaveLength(1);
    return { ...ended, notes: readFileSync(join(dir, journal[0]!), 'utf8') };
  };

  test.each(Object.entries(SEEN))('%s', (kind, [answer, state, status]) => {
    const fault = kind === 'none' ? [] : [['fault', '*', 1, kind, 60_000, 0]];
    const {
      stdout,
      notes,
      status: code,
    } = run(
      [['worker', '* puppet'], ...fault],
      ...['python3', join(dir, 'parent.py'), kind === 'hang' ? '1' : '120'],
    );
    expect([stdout.split('\n').slice(0, 3), code], notes).toEqual([[answer, state, status], 0]);
    expect(notes).toContain('note: request\t*\t1\t');
    expect(notes.includes(`note: broke\t*\t1\t${kind}`)).toBe(kind !== 'none');
    expect(notes).toMatch(/done, \d+ requests\n$/);
  });

  test('of another name, or at a request that is not made, at nothing', () => {
    const fault = ['fault', '*', 1, 'segv', 60_000, 0];
    const other = run([['worker', 'other'], fault], 'python3', join(dir, 'parent.py'), '120');
    expect([other.stdout.split('\n')[0], other.notes]).toEqual(['answer', expect.stringMatching(/done, 0 /)]);
    const later = run(
      [
        ['worker', '* puppet'],
        ['fault', '*', 9, 'segv', 60_000, 0],
      ],
      ...['python3', join(dir, 'parent.py'), '120'],
    );
    expect([later.stdout.split('\n')[0], later.notes.includes('broke')]).toEqual(['answer', false]);
  });

  test.each([
    [['sh', '-c', 'exit 3'], 3, null],
    [['sh', '-c', 'kill -TERM $$'], null, 'SIGTERM'],
  ])('%s ends as it would without the tool', (command, code, signal) => {
    const ended = run([['worker', 'none']], ...command);
    expect([ended.status, ended.signal]).toEqual([code, signal]);
  });

  test('a pipe that the tool itself was given, as by make, is none of a worker that inherits it', () => {
    const heir = PARENT_OF_TWO.trim();
    writeFileSync(join(dir, 'heir.py'), heir);
    writeFileSync(
      join(dir, 'settings'),
      `log\t${join(dir, 'contain')}\nworker\t* puppet\nfault\t*\t1\tsegv\t60000\t2\n`,
    );
    for (const name of readdirSync(dir)) if (name.startsWith('contain.')) rmSync(join(dir, name));
    const { status } = spawnSync(tracer, [join(dir, 'settings'), 'python3', join(dir, 'heir.py')], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const journal = readdirSync(dir).find((n) => /^contain\.\d+\.log$/.test(n))!;
    const notes = readFileSync(join(dir, journal), 'utf8');
    expect([status, notes.match(/note: holds.*/g)], notes).toEqual([
      0,
      ['note: holds\t*\t1\t0\t0', 'note: holds\t*\t1\t0\t0'],
    ]);
  });

  test('every fault of the tool is one of the program, and the other way round', () => {
    expect(Object.keys(SEEN).sort()).toEqual(['none', ...FAULT_KINDS].sort());
  });
});

/** A parent and its worker that do everything right. What a row changes comes behind it. */
const SERVICE = `
import os, re, select, subprocess, time
class Service:
    def __init__(self): self.w = self.start()
    def start(self):
        w = subprocess.Popen(["sh", "-c", "while read l; do echo ok $l; done", "puppet"], stdin=-1, stdout=-1)
        return w
    def line(self):
        if not select.select([self.w.stdout], [], [], 0.3)[0]: raise TimeoutError
        return self.w.stdout.readline()
    def checked(self, line):
        if not re.fullmatch(rb"ok [0-9]+\\n", line): raise ValueError
        return int(line[3:])
    def release(self, w):
        w.kill(); w.wait(); w.stdout.close()
        try: w.stdin.close()
        except BrokenPipeError: pass
    def failed(self):
        self.release(self.w); self.w = self.start()
    def ask(self, n):
        try:
            self.w.stdin.write(b"%d\\n" % n); self.w.stdin.flush()
            return self.checked(self.line())
        except (OSError, ValueError):
            self.failed()
    def close(self): self.release(self.w)
def use(kind, insists=True):
    s = kind()
    try:
        for n in (1, 2): assert s.ask(n) in (n, None)
        assert not insists or any(s.ask(3) == 3 for _ in range(40))
    finally: s.close()
`;

/** A test by its name, the lines that make its service wrong, and the rules by which that must be found. */
type Row = { name: string; python: string; rules: string[] };
const ROWS: readonly Row[] = [
  { name: 'right', python: 'def test_right(): use(Service)', rules: [] },
  {
    name: 'death',
    python: `class Death(Service):
    def failed(self): os.abort()
def test_death(): use(Death)`,
    rules: ['contain/death'],
  },
  {
    name: 'hang',
    python: `class Hang(Service):
    def line(self): return self.w.stdout.readline()
def test_hang(): use(Hang)`,
    rules: ['contain/hang'],
  },
  {
    name: 'polling_hang',
    python: `class Polls(Service):
    def line(self):
        while not select.select([self.w.stdout], [], [], 0.01)[0]: time.sleep(0.01)
        return self.w.stdout.readline()
def test_polling_hang(): use(Polls)`,
    rules: ['contain/hang'],
  },
  {
    name: 'answer',
    python: `class Answer(Service):
    def checked(self, line):
        if line == b"": raise ValueError
        return line[3:-1] if not line[3:-1].isdigit() else int(line[3:])
def test_answer(): use(Answer)`,
    rules: ['contain/answer'],
  },
  {
    name: 'replacement',
    python: `class Replacement(Service):
    def failed(self): self.release(self.w); self.w = None
    def ask(self, n): return super().ask(n) if self.w else None
    def close(self): self.w and self.release(self.w)
def test_replacement(): use(Replacement, insists=False)`,
    rules: ['contain/replacement'],
  },
  {
    name: 'process',
    python: `class Process(Service):
    def failed(self): self.w.stdout.close(); self.w = self.start()
def test_process(): use(Process)`,
    rules: ['contain/process'],
  },
  {
    name: 'zombie',
    python: `KEPT = []
class Zombie(Service):
    def failed(self):
        self.w.kill(); self.w.stdout.close(); self.w.stdin.close(); KEPT.append(self.w); self.w = self.start()
def test_zombie(): use(Zombie)`,
    rules: ['contain/zombie'],
  },
  {
    name: 'descriptor',
    python: `class Descriptor(Service):
    def failed(self): self.w.kill(); self.w.wait(); KEPT.append(self.w); self.w = self.start()
def test_descriptor(): use(Descriptor)`,
    rules: ['contain/descriptor'],
  },
  {
    name: 'memory',
    python: `import mmap
class Memory(Service):
    def ask(self, n):
        with open(SHARED, "w+b") as f:
            f.truncate(4096)
            m = mmap.mmap(f.fileno(), 4096)
        answer = super().ask(n)
        m.close()
        if answer is not None: os.unlink(SHARED)
        return answer
def test_memory():
    s = Memory()
    try: assert s.ask(1) in (1, None)
    finally: s.close()`,
    rules: ['contain/memory'],
  },
  {
    // It wants an answer: that its own request is lost is no finding.
    name: 'impatient',
    python: `def test_impatient():
    s = Service()
    try: assert s.ask(1) == 1
    finally: s.close()`,
    rules: [],
  },
  {
    name: 'forked',
    python: `import multiprocessing
class Forked(Service):
    def start(self):
        ours, theirs = multiprocessing.Pipe()
        def work():
            while True: theirs.send(theirs.recv())
        p = multiprocessing.get_context("fork").Process(target=work, daemon=True)
        p.start(); theirs.close()
        return p, ours
    def ask(self, n):
        p, ours = self.w
        try:
            ours.send(n)
            if ours.poll(0.3):
                got = ours.recv()
                if isinstance(got, int): return got
        except Exception: pass
        self.failed()
    def release(self, w):
        p, ours = w
        p.kill(); p.join(); p.close(); ours.close()
def test_forked(): use(Forked)`,
    rules: [],
  },
  {
    name: 'forked_hang',
    python: `class ForkedHang(Forked):
    def ask(self, n):
        try:
            self.w[1].send(n)
            return self.w[1].recv()
        except Exception: self.failed()
def test_forked_hang(): use(ForkedHang)`,
    rules: ['contain/hang'],
  },
];

const ownOf = (ran: Ran) => (ran.report?.findings ?? []).filter((f) => !f.planted);
const SHARED = `/dev/shm/ffi-gates-contain-test-${process.pid}`;

describe.skipIf(missing)('a parent whose worker breaks', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig('ffi-gates-contain-');
  });
  afterAll(() => {
    rig.remove();
    rmSync(SHARED, { force: true });
  });

  const run = (python: string, contain: string): Promise<Ran> => {
    rig.write(
      'tests/test_service.py',
      `SHARED = ${JSON.stringify(SHARED)}\nKEPT = []\n${SERVICE}\n${python}\n`,
    );
    rig.write(
      'ffi-gates.yaml',
      `version: 1
suites:
  - { id: s, binding: py, dir: tests, contain: ${contain}, env: { PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1' } }
gates: { contain: }
`,
    );
    return rig.run();
  };
  const ID = 's-py_owngcc-contain';

  test('is found for what it does wrong, and for nothing else', { timeout: 900_000 }, async () => {
    const ran = await run(ROWS.map((r) => r.python).join('\n\n'), '{ deadline: 1.5 }');
    const found = ownOf(ran).map((f) => `${f.witnesses[0]?.test?.replace(/^.*::test_/, '')} ${f.rule}`);
    expect([...new Set(found)].sort(), ran.stdout + ran.stderr).toEqual(
      ROWS.flatMap((r) => r.rules.map((rule) => `${r.name} ${rule}`)).sort(),
    );
    expect(new Set(ownOf(ran).map((f) => f.hazard))).toEqual(new Set(['trust/crash-not-contained']));
    const [death] = ownOf(ran).filter((f) => f.rule === 'contain/death');
    const again = await rig.start(['repro', death!.fingerprint, '--run', '--out', rig.out]).ended;
    expect([again.code, again.stdout]).toEqual([1, expect.stringContaining('seen again')]);
  });

  test('without a worker that is its own proves nothing', async () => {
    const ran = await run('def test_right(): use(Service)', '{ worker: nobody }');
    const cell = cellOf(ran, ID);
    expect(endOf(cell)).toBe('inconclusive/gate-not-armed');
    expect(cell.verdict).toMatchObject({ why: expect.stringContaining('is its `worker`') as string });
  });
});
