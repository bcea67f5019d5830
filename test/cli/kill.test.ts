/** Ended in the middle of a test that left a daemon behind: nothing lives on, and nothing on disk looks like a report. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, makeRig, processesWith, type Rig } from '../helpers/rig.js';

const MATRIX = `
version: 1
canaries: false
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - { id: daemon, binding: c, dir: c, targets: [puppet], with: { sources: [daemon.c], include: [../native], libs: [puppet] } }
gates: { plain: }
`;

let rig: Rig;
beforeAll(() => {
  rig = makeRig();
  rig.write('ffi-gates.yaml', MATRIX);
});
afterAll(() => rig.remove());

describe('a run that is ended from outside', () => {
  const CODES: [NodeJS.Signals, number | null][] = [
    ['SIGTERM', 130],
    ['SIGINT', 130],
    ['SIGKILL', null],
  ];
  test.each(CODES)(
    'by %s leaves no process and no report',
    async (signal, code) => {
      const mark = `PUPPET_MARK=${signal}-${process.pid}`;
      const pids = join(rig.dir, `pids-${signal}`);
      mkdirSync(rig.out, { recursive: true });
      for (const old of ['report.json', 'junit.xml', 'index.html'])
        writeFileSync(join(rig.out, old), '{"version":1,"cells":[]}');
      const { child, ended } = rig.start(
        ['run', '--out', rig.out, '--cache', join(rig.dir, 'cache'), '--quiet'],
        { PUPPET_MARK: mark.split('=')[1]!, PUPPET_PIDS: pids },
      );
      const daemon = await eventually(() => {
        try {
          return /^(\d+) \d+\n$/.exec(readFileSync(pids, 'utf8'))?.[1];
        } catch {
          return undefined;
        }
      }, 120_000);
      expect(processesWith(mark)).toContain(Number(daemon));
      child.kill(signal);
      const ran = await ended;
      expect([ran.code, ran.signal]).toEqual([code, code === null ? signal : null]);
      const gone = await eventually(() => (processesWith(mark).length === 0 ? true : undefined), 10_000);
      expect(gone, `alive: ${processesWith(mark).join(' ')}`).toBe(true);
      expect(readdirSync(rig.out).filter((n) => n !== 'logs')).toEqual([]);
      if (code !== null) expect(ran.stderr).toBe('ffi-gates: interrupted; no report was written\n');
    },
    180_000,
  );
});
