/**
 * Canaries that an earlier run saw need not run again while nothing changes that their result depends on: their evidence is
 * kept beside the builds, with its logs. It is used for a day at most, on the machine that made it and until that is started
 * again, since no key knows everything of a machine.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { lasting } from '../host/environment.js';
import type { Host } from '../host/probe.js';
import type { Evidence } from '../judge/evidence.js';
import { byText } from '../model/order.js';
import type { Caches } from '../process/caches.js';
import { portablePaths } from '../process/portable-paths.js';
import type { Redactor } from '../redaction/redactor.js';
import type { KeptProofs, Runner } from './runner.js';

/** Milliseconds for which a proof is used. */
export const PROOF_AGE = 24 * 60 * 60 * 1000;

const HERE = dirname(dirname(fileURLToPath(import.meta.url)));
const ROOT = dirname(HERE);

/** SHA-256 of the names and states of all files below directories. To read hundreds of files takes longer than a small suite. */
const stateOfAll = async (dirs: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const dir of dirs) {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    const files = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
    for (const file of files.sort(byText)) {
      const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
      hash.update(`\0${file}\0${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`);
    }
  }
  return hash.digest('hex');
};

/** This program: what it runs, loads into tests, and parses with. */
const ownState = (caches: Caches): Promise<string> =>
  caches.once('program', ROOT, () => stateOfAll([HERE, join(ROOT, 'plugins')]));

/** Paths, sizes and dates of the files that a machine's tools are, so that an update is another machine. */
const filesOf = async ({ tools, runtimes }: Host): Promise<unknown[]> => {
  const paths = [...Object.values(tools).map((t) => t?.path ?? ''), ...Object.values(runtimes)];
  return Promise.all(
    [...new Set(paths)].sort(byText).map(async (path) => {
      const s = await stat(path).catch(() => undefined);
      return [path, s?.size, s?.mtimeMs];
    }),
  );
};

/** JSON whose objects have their fields in order: what is probed concurrently comes in any. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => byText(a, b)))
      : v,
  );

/** Differs from machine to machine, and from start to start. */
const boot = (): Promise<string> =>
  readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => String(Math.random()));

/** Paths that tools and shells take as they are. */
const PLAIN_PATH = /^[\w/.+-]{1,500}$/;

/**
 * What of the directory of logs a canary's result may depend on: the kind of its file system, and a path that some tool might
 * take for something else. Any other directory does as well: shards on one machine, each with its own, share their proofs.
 */
const placeOf = async (logs: string): Promise<unknown[]> => [
  (await statfs(logs)).type,
  PLAIN_PATH.test(logs) ? 'plain' : logs,
];

/** All that the result of a prepared canary depends on, as a hash. */
const keyOf = async (r: Runner): Promise<string> => {
  const { cell, options, prepared, evidence } = r;
  const { host, caches, env, expectations, logs } = options;
  // Probing is concurrent, and the reports' directory is that of `logs`.
  const { tools, logs: _reports, openFiles: _openFiles, unknown: _unknown, ...machine } = host;
  const facts = [
    ['proof', 3, await ownState(caches), process.version, await boot(), process.getuid?.()],
    [cell.id, cell.compiler, cell.canaryBuilder, cell.suite, cell.matrix.gates[cell.gate.id]],
    [cell.matrix.timeout, cell.matrix.output, expectations, await placeOf(logs)],
    // The directories of builds have their keys in their names.
    [prepared, r.preloads, r.agent, r.tracer, evidence.noHostLines, [...evidence.own.dirs]],
    [tools, machine, await filesOf(host)],
    lasting(env),
  ];
  return createHash('sha256').update(canonical(facts)).digest('hex');
};

/** What is kept. Of the evidence only the frame is checked: it was written by `keep` of this very program. */
const kept = z.object({
  key: z.string(),
  at: z.iso.datetime(),
  evidence: z.looseObject({
    maps: z.array(z.string()),
    objects: z.array(z.string()),
    seen: z.array(z.looseObject({})),
    attempts: z.array(z.looseObject({})),
  }),
});

/** The proofs kept in `dir`. Without `use` they are made anew and replaced. */
export const makeKeptProofs = (
  dir: string,
  { use, redactor, now = Date.now }: { use: boolean; redactor: Redactor; now?: () => number },
): KeptProofs => {
  const keys = new Map<string, string>();
  const read = async (r: Runner, key: string): Promise<Evidence | undefined> => {
    const from = join(dir, r.cell.id);
    const text = await readFile(join(from, 'evidence.json'), 'utf8');
    const { fromPortable } = portablePaths({ logs: r.options.logs });
    const found = kept.parse(JSON.parse(fromPortable(text)));
    const age = now() - Date.parse(found.at);
    // A proof of the future was made before the clock was set back.
    if (found.key !== key || !(age >= 0 && age < PROOF_AGE)) return undefined;
    const { maps, objects, ...rest } = found.evidence;
    await cp(join(from, 'logs'), join(r.options.logs, r.cell.id), { recursive: true });
    const { evidence } = r;
    return {
      ...evidence,
      ...(rest as unknown as Pick<Evidence, 'seen' | 'attempts'>),
      own: { ...evidence.own, objects: new Set(objects) },
      maps: new Set(maps),
      provenAt: found.at,
    };
  };
  return {
    find: async (r) => {
      const key = await keyOf(r);
      keys.set(r.cell.id, key);
      // It may be damaged, or be replaced by another run at this moment.
      return use ? read(r, key).catch(() => undefined) : undefined;
    },
    keep: async (evidence, logs) => {
      const { cell, prepared: _prepared, own, maps, ms: _ms, ...rest } = evidence;
      const key = keys.get(cell.id);
      if (key === undefined || evidence.provenAt !== undefined) return;
      const value = {
        key,
        at: new Date(now()).toISOString(),
        evidence: redactor.deep({ ...rest, maps: [...maps], objects: [...own.objects] }),
      };
      try {
        await mkdir(dir, { recursive: true });
        const made = await mkdtemp(join(dir, '.new-'));
        const { toPortable } = portablePaths({ logs });
        await writeFile(join(made, 'evidence.json'), toPortable(JSON.stringify(value)));
        await cp(join(logs, cell.id), join(made, 'logs'), { recursive: true });
        await rm(join(dir, cell.id), { recursive: true, force: true });
        await rename(made, join(dir, cell.id)).catch(() => rm(made, { recursive: true, force: true }));
      } catch {
        // No room, or no right to write: the next run proves its lanes itself.
      }
    },
  };
};
