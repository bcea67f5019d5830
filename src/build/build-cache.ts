/**
 * Builds each distinct (what, directory content, flags, compiler) once, out of tree. The key is a hash of
 * everything that the result depends on. A directory with a stamp is reused by later cells and runs; one
 * without is rebuilt.
 */
import { byText } from '../model/order.js';
import type { Caches } from '../process/caches.js';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import { cp, lstat, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { lock } from 'proper-lockfile';
import { glob } from 'tinyglobby';
import { complaint } from './complaint.js';
import type { Launch } from '../model/launch.js';
import { isLeftOut } from '../builders/build-output.js';
import { noteObjects } from '../process/built-objects.js';
import { launch, type Exit } from '../process/launch.js';
import { systemError } from '../model/system-errors.js';
import { redactFile } from '../process/redact-file.js';
import { BY_FORM, type Redactor } from '../redaction/redactor.js';

export type Built = { dir: string; key: string } | { failed: string; log: string };
export type BuildSpec = {
  /** Shown to people; also the readable part of the directory's name. */
  id: string;
  /** Directories whose content the result depends on. */
  inputs: readonly string[];
  /** Everything else that it depends on: commands, compiler version, keys of other builds. */
  facts: unknown;
  /**
   * A source directory to copy first (to `src` in the build directory), for tools that write beside sources.
   */
  copy?: string;
  commands: (out: string, dir: string) => Launch[];
  /** Globs that must match something after the build. */
  produces: readonly string[];
};
export type BuildDone = { id: string; ms: number; reused: boolean; failed?: string };

/** Larger files, in bytes, are neither read nor copied: dumps, images of disks, sparse files. */
const HUGE = 1 << 30;

type Walk = { hash: ReturnType<typeof createHash>; without: ReadonlySet<string> };

const walk = async (dir: string, rel: string, room: Walk): Promise<void> => {
  const { hash, without } = room;
  const entries = (await readdir(dir, { withFileTypes: true })).sort((a, b) => byText(a.name, b.name));
  for (const e of entries) {
    const path = join(dir, e.name);
    if (isLeftOut(path) || without.has(path)) continue;
    if (e.isDirectory()) await walk(path, `${rel}/${e.name}`, room);
    else if (e.isFile()) {
      const { size, mtimeMs } = await stat(path);
      hash.update(`\0${rel}/${e.name}\0`);
      hash.update(size > HUGE ? `${size} bytes of ${mtimeMs}` : await readFile(path));
    }
  }
};

/** SHA-256 of the names and contents of a directory, without some files. */
const digestOf = async (dir: string, without: ReadonlySet<string>): Promise<string> => {
  const hash = createHash('sha256');
  await walk(dir, '', { hash, without });
  return hash.digest('hex');
};

/** Copies a directory without build output; huge files become links. The copy may be inside the directory, which `cp` refuses. */
const copySources = async (from: string, to: string, copy = to): Promise<void> => {
  await mkdir(to, { recursive: true });
  for (const e of await readdir(from, { withFileTypes: true })) {
    const path = join(from, e.name);
    // Pipes and sockets that some program left cannot be copied.
    if (!e.isDirectory() && !e.isFile() && !e.isSymbolicLink()) continue;
    if (isLeftOut(path) || `${copy}${sep}`.startsWith(`${path}${sep}`)) continue;
    if (e.isDirectory()) await copySources(path, join(to, e.name), copy);
    // Keeps timestamps: a generated file that is older than its source is made again, by tools (aclocal,
    // bison) that may be missing here.
    else if ((await lstat(path)).size > HUGE) await symlink(path, join(to, e.name));
    else await cp(path, join(to, e.name), { preserveTimestamps: true });
  }
};

/** Why a process failed, in a few words. Undefined if it succeeded. */
export const failure = (exit: Exit, argv: readonly string[]): string | undefined => {
  if (exit.kind === 'code' && exit.code === 0) return undefined;
  const how =
    exit.kind === 'code'
      ? `exit status ${exit.code}`
      : exit.kind === 'signal'
        ? exit.signal
        : exit.kind === 'spawn-error'
          ? exit.message
          : exit.kind === 'flooded'
            ? 'exceeded its limit of output'
            : exit.kind;
  return `${basename(argv[0]!)}: ${how}`;
};

/** Limit in bytes of a build's output. */
const MAX_LOG = 256 << 20;

export type BuildCacheOptions = {
  cache: string;
  caches: Caches;
  env: Record<string, string>;
  /** Files that no build reads, by absolute path: a matrix says what is built, and is no source. */
  notInputs?: readonly string[];
  /** Takes secrets out of the logs of builds. */
  redactor?: Redactor;
  signal: AbortSignal;
  timeoutMs: number;
  done: (d: BuildDone) => void;
  started: (id: string) => void;
};

/** Creates the build function of a run. Equal specs are built once, even if requested several times. */
export const makeBuilds = (options: BuildCacheOptions): ((spec: BuildSpec) => Promise<Built>) => {
  const known = new Map<string, Promise<Built>>();
  const redactor = options.redactor ?? BY_FORM;
  const without = new Set(options.notInputs);
  const build = async (spec: BuildSpec, key: string): Promise<Built> => {
    const dir = join(options.cache, `${spec.id}-${key.slice(0, 12)}`);
    const stamp = join(dir, '.ffi-gates-built');
    const log = join(options.cache, 'logs', `${spec.id}-${key.slice(0, 12)}.log`);
    const begun = performance.now();
    const finish = (reused: boolean, failed?: string): void =>
      options.done({
        id: spec.id,
        ms: Math.round(performance.now() - begun),
        reused,
        ...(failed ? { failed } : {}),
      });
    if (existsSync(stamp)) {
      // Who keeps builds from run to run sees by the stamps which of them are still used.
      const now = new Date();
      await utimes(stamp, now, now).catch(() => undefined);
      finish(true);
      return { dir, key };
    }
    await mkdir(options.cache, { recursive: true });
    // Another run may be building the same thing. After waiting for the lock, it may be done.
    const release = await lock(dir, {
      realpath: false,
      stale: 30_000,
      retries: { forever: true, minTimeout: 100, maxTimeout: 1_000, factor: 1.5 },
      // Somebody removed it. The build then fails or not by itself.
      onCompromised: () => undefined,
    });
    try {
      if (!existsSync(stamp))
        return await make(spec, key, dir, stamp, log, finish).catch((error: unknown): Built => {
          // The disk is full, or somebody removed the directory.
          const why =
            systemError(error) ?? (error instanceof Error && 'code' in error ? error.message : undefined);
          if (why === undefined) throw error;
          finish(false, why);
          return { failed: why, log };
        });
      finish(true);
      return { dir, key };
    } finally {
      await release().catch(() => undefined);
    }
  };
  const make = async (
    spec: BuildSpec,
    key: string,
    dir: string,
    stamp: string,
    log: string,
    finish: (reused: boolean, failed?: string) => void,
  ): Promise<Built> => {
    options.started(spec.id);
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir, { recursive: true });
    await mkdir(join(options.cache, 'logs'), { recursive: true });
    await writeFile(log, '');
    const src = spec.copy ? join(dir, 'src') : dir;
    if (spec.copy) await copySources(spec.copy, src);
    for (const c of spec.commands(dir, src)) {
      appendFileSync(log, `$ ${redactor.text(c.argv.join(' '))}\n`);
      const { exit } = await launch(
        { ...c, env: { ...options.env, ...c.env } },
        { output: log, timeoutMs: options.timeoutMs, signal: options.signal, limit: { bytes: MAX_LOG } },
      );
      const why = failure(exit, c.argv);
      redactFile(log, redactor);
      if (why) {
        const failed = `${why}\n${complaint(log)}`;
        finish(false, failed);
        return { failed, log };
      }
    }
    for (const pattern of spec.produces) {
      if ((await glob(pattern, { cwd: dir, dot: true })).length) continue;
      const failed = `the build succeeded but did not produce ${pattern}`;
      finish(false, failed);
      return { failed, log };
    }
    // Without the list nothing is known of later changes, which is no reason to fail.
    await noteObjects(dir).catch(() => undefined);
    await writeFile(stamp, `${key}\n`);
    finish(false);
    return { dir, key };
  };
  return async (spec) => {
    const hash = createHash('sha256').update(
      JSON.stringify([spec.id, spec.facts, spec.commands('OUT', 'DIR')]),
    );
    for (const dir of spec.inputs)
      hash.update(await options.caches.once('digest', dir, () => digestOf(dir, without)));
    const key = hash.digest('hex');
    let b = known.get(key);
    if (!b) known.set(key, (b = build(spec, key)));
    return b;
  };
};
