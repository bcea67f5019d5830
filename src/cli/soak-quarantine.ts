/** `soak --quarantine`: accepts a finding of the history for a time. The baseline holds it, so `run` knows it as well. */
import { isOver, today } from '../config/expiry.js';
import type { Baseline } from '../config/baseline.js';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { byText } from '../model/order.js';
import type { FoundRecord, History } from '../soak/history.js';
import { edit, remove } from './baseline.js';
import { say } from './say.js';

export type QuarantineArgs = {
  quarantine?: string | undefined;
  reason?: string | undefined;
  owner?: string | undefined;
  expires?: string | undefined;
};

const findIn = ({ found }: History, word: string): FoundRecord => {
  const all = [...found.values()].filter((f) => f.fp.startsWith(word));
  if (all.length === 1) return all[0]!;
  const rows = (all.length > 0 ? all : [...found.values()]).slice(0, 10);
  throw new Failure(
    EXIT.USAGE,
    `${all.length > 0 ? `'${word}' is the beginning of ${all.length} findings` : `no finding '${word}' in the history`}:${rows.map((f) => `\n  ${f.fp}  ${f.hazard}  ${f.where}`).join('')}`,
  );
};

/**
 * Writes the entry, in the place of an older one. A quarantine has an owner and a last day, which is not over: throws `Failure`
 * 2 without them.
 */
export const quarantine = async (
  a: QuarantineArgs & { quarantine: string },
  history: History,
  b: Baseline,
): Promise<ExitCode> => {
  const { reason, owner, expires } = a;
  if (!reason || !owner || !expires)
    throw new Failure(
      EXIT.USAGE,
      '--quarantine needs --reason, --owner and --expires: it is for a time, and somebody ends it',
    );
  if (isOver({ expires }, today())) throw new Failure(EXIT.USAGE, `--expires ${expires} is over`);
  const found = findIn(history, a.quarantine);
  const cells = new Set(
    history.nights.flatMap((n) =>
      n.iterations.filter((r) => r.findings.includes(found.fp)).map((r) => r.cell),
    ),
  );
  await edit(b, (entries, doc) => {
    remove(entries, new Set([found.fp]));
    const entry = {
      fingerprint: found.fp,
      hazard: found.hazard,
      where: found.where,
      cells: [...cells].sort(byText),
      reason,
      owner,
      expires,
      // What a soak finds is seen now and then: one run without it does not mean that it is gone.
      sometimes: true,
    };
    entries.add(doc.createNode(entry));
  });
  say(`quarantined until ${expires}, owner ${owner}: ${found.fp} ${found.hazard}, in ${b.file}`);
  return EXIT.OK;
};
