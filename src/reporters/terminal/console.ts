/** Progress on stderr: a small board that is redrawn on a terminal, else one line per event. */
import { Listr } from 'listr2';
import { frame, lineOf, newBoard, applyEvent, type Board } from './progress.js';
import type { RunEvent } from '../../model/event.js';
import { inert } from '../escape.js';

export type ConsoleOptions = {
  tty: boolean;
  ci: boolean;
  /** Print notes only. */
  quiet: boolean;
  /** Where to write. Default: stderr. */
  out?: { write(text: string): unknown; columns?: number; rows?: number };
};

export type Console = { emit: (e: RunEvent) => void; stop: () => Promise<void> };

/** Makes the console. `stop` draws the last state and returns when the terminal is released. */
export const makeConsole = ({ tty, ci, quiet, out = process.stderr }: ConsoleOptions): Console =>
  tty && !ci && !quiet ? boardConsole(out) : lineConsole(out, quiet);

type Out = NonNullable<ConsoleOptions['out']>;

/** Minimal interval between two estimates in a log. */
const ESTIMATE_MS = 30_000;

const lineConsole = (out: Out, quiet: boolean): Console => {
  let lastEstimate = -Infinity;
  return {
    emit: (e) => {
      if (quiet && e.kind !== 'note') return;
      if (e.kind === 'left') {
        if (performance.now() - lastEstimate < ESTIMATE_MS) return;
        lastEstimate = performance.now();
      }
      out.write(`${inert(lineOf(e))}\n`);
    },
    stop: () => Promise.resolve(),
  };
};

const boardConsole = (out: Out): Console => {
  const board = newBoard();
  let finish = (): void => undefined;
  const over = new Promise<void>((resolve) => (finish = resolve));
  // A single task represents the run. listr2's own renderer redraws every task on every event, which costs
  // seconds of CPU for a few hundred tasks. Signals are handled by the command line.
  const run = new Listr([{ title: 'run', task: () => over }], {
    renderer: BoardRenderer,
    rendererOptions: { board, out },
    registerSignalListeners: false,
  }).run();
  return {
    emit: (e) => applyEvent(board, e, performance.now()),
    stop: async () => {
      finish();
      await run;
    },
  };
};

/** Ten frames per second are enough. */
const PERIOD_MS = 100;

/** Redraws the board in place. */
class BoardRenderer {
  static nonTTY = true;
  static rendererOptions: { board: Board; out: Out };
  static rendererTaskOptions: never;
  #timer: NodeJS.Timeout | undefined;
  #drawn: string[] = [];
  readonly #options: { board: Board; out: Out };

  constructor(_tasks: unknown, options: { board: Board; out: Out }) {
    this.#options = options;
  }

  render(): void {
    this.#options.out.write('\u001b[?25l');
    this.#timer = setInterval(() => this.#draw(), PERIOD_MS);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#options.out.write('\u001b[?25h');
  }

  #draw(): void {
    const { board, out } = this.#options;
    const lines = frame(board, performance.now(), out.columns ?? 80, out.rows ?? 24);
    if (lines.join('\n') === this.#drawn.join('\n')) return;
    const up = this.#drawn.length > 0 ? `\u001b[${this.#drawn.length}A` : '';
    out.write(`${up}\r\u001b[0J${lines.join('\n')}\n`);
    this.#drawn = lines;
  }
}
