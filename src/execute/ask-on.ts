/** Starts adapters of boundary values again behind a vector that ended their process, so that the others are asked. */
import { readAnswers } from '../values/answers.js';
import { answersIn } from './asked-values.js';
import { runAttempt } from './attempt.js';
import type { Runner } from './runner.js';

/** Vectors of one test that may end its process. Behind them the rest says little more, and each costs a launch. */
const MAX_RESTARTS = 8;

/** What the launch in `logDir` answered, and how many vectors ended a process. */
const answered = (logDir: string): { text: string; deaths: number } => {
  const texts = answersIn(logDir).map((a) => a.text);
  const deaths = texts
    .flatMap((t) => readAnswers(t).asked)
    .reduce((n, a) => n + [...a.outcomes.values()].filter((o) => o.kind === 'died').length, 0);
  return { text: texts.join(''), deaths };
};

/**
 * Runs again each test that a vector ended in a launch since `from`, with the vectors behind it. The answers before it count on, since a wrong type is
 * told from all of them.
 */
export const askOn = async (r: Runner, from = 0): Promise<void> => {
  const dirs = r.logDirs ?? [];
  if (!r.cell.gate.asksFunctions) return;
  for (const [n, attempt] of [...r.evidence.attempts].entries()) {
    if (n < from || attempt.unfinished.length === 0) continue;
    let known = answered(dirs[n]!);
    for (let i = 0; i < MAX_RESTARTS && known.deaths > 0; i++) {
      if (r.options.signal.aborted) return;
      r.answered = known.text;
      const again = await runAttempt(r, attempt.unfinished, false);
      delete r.answered;
      const now = answered(dirs.at(-1)!);
      // None of the rest ended it, or it did not come to them.
      if (now.deaths <= known.deaths || again.unfinished.length === 0) break;
      known = now;
    }
  }
};
