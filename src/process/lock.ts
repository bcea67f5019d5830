/**
 * One run per directory. The lock is a name in the kernel (an abstract socket), which is taken atomically and
 * goes with the process however that ends: no lock is ever stale, and none lies about in the directory.
 * Processes in different network namespaces (containers) do not see each other's names.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';

/** The real path of a directory that may not exist yet: links in it count for what they stand for. */
const realOf = (dir: string): string => {
  try {
    return realpathSync(dir);
  } catch {
    return dir === dirname(dir) ? dir : join(realOf(dirname(dir)), basename(dir));
  }
};

/** The process that listens to the abstract socket. Undefined if it may not be looked into. */
const holderOf = (name: string): number | undefined => {
  const shown = ` @${name}`;
  const line = readFileSync('/proc/net/unix', 'latin1')
    .split('\n')
    // The kernel shows the unused rest of the address as @ too.
    .find((l) => l.includes(shown) && /^@*$/.test(l.slice(l.indexOf(shown) + shown.length)));
  const socket = line && `socket:[${line.split(' ')[6]}]`;
  const holds = (pid: number): boolean => {
    try {
      const dir = `/proc/${pid}/fd`;
      return readdirSync(dir).some((fd) => readlinkSync(join(dir, fd)) === socket);
    } catch {
      return false; // gone, or not ours to read
    }
  };
  return socket === undefined
    ? undefined
    : readdirSync('/proc').map(Number).filter(Number.isInteger).find(holds);
};

export type Lock = { release: () => void } | { heldBy: number | undefined };

/** Takes the lock of a directory, which need not exist. `heldBy` is the id of the process that has it. */
export const lockDirectory = async (dir: string): Promise<Lock> => {
  const name = `ffi-gates-${createHash('sha256').update(realOf(dir)).digest('hex')}`;
  const server = createServer((s) => s.destroy()).unref();
  return new Promise((done, failed) => {
    server.once('error', (e: NodeJS.ErrnoException) => {
      if (e.code === 'EADDRINUSE') done({ heldBy: holderOf(name) });
      else failed(e);
    });
    server.listen(`\0${name}`, () => done({ release: () => void server.close() }));
  });
};
