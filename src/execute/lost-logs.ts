/** Logs that are not what was written to them: a suite may remove them while it runs, and a disk may be full. */
import { stat, statfs } from 'node:fs/promises';

/** Bytes. With less room a checker may have been unable to write its report. */
const LEAST_ROOM = 1 << 20;

/**
 * Watches a directory of logs from before a launch. The result is called after it, with whether its output was
 * removed, and says why something may be lost.
 */
export const watchLogs = async (
  logDir: string,
): Promise<(outputRemoved: boolean) => Promise<{ lost?: string }>> => {
  const { ino } = await stat(logDir);
  return async (outputRemoved) => {
    const now = await stat(logDir).catch(() => undefined);
    if (outputRemoved || now?.ino !== ino) return { lost: 'the logs were removed while it ran' };
    const fs = await statfs(logDir);
    return fs.bavail * fs.bsize < LEAST_ROOM
      ? { lost: `no space was left for its logs on the device of ${logDir}` }
      : {};
  };
};
