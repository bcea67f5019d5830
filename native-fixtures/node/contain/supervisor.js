// A service that runs native code in a worker and contains its faults: it answers, or refuses the one request.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');

const WORKER = join(process.env.FFI_GATES_TARGET_WORKER, 'fx_worker');
const START = 60_000; // milliseconds
const ANSWER = 250;

exports.Supervisor = class {
  async start() {
    this.worker = spawn(WORKER, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.worker.stdout.setEncoding('latin1');
    // A worker that is gone shows by the answer that does not come.
    this.worker.stdin.on('error', () => undefined);
    if ((await this.line(START)) !== 'ready\n') throw new Error('the worker did not start');
    return this;
  }

  line(ms) {
    const { stdout } = this.worker;
    if (stdout.destroyed || stdout.readableEnded) return Promise.reject(new Error('gone'));
    return new Promise((resolve, reject) => {
      let text = '';
      const timer = ms && setTimeout(() => settle(() => reject(new Error('late'))), ms);
      const more = (chunk) => {
        text += chunk;
        if (text.endsWith('\n')) settle(() => resolve(text));
      };
      const gone = () => settle(() => reject(new Error('gone')));
      const settle = (how) => {
        clearTimeout(timer);
        stdout.off('data', more).off('close', gone);
        how();
      };
      stdout.on('data', more).on('close', gone);
    });
  }

  receive() {
    return this.line(ANSWER);
  }

  /** The answer, if the worker wrote one: what it writes is not trusted either. */
  checked(line) {
    const [, digits] = /^ok ([0-9]{1,12})\n$/.exec(line) ?? [];
    if (digits === undefined) throw new Error('no answer');
    return Number(digits);
  }

  async release(worker) {
    const gone = worker.exitCode === null && worker.signalCode === null ? once(worker, 'exit') : undefined;
    worker.kill('SIGKILL');
    worker.stdin.destroy();
    worker.stdout.destroy();
    await gone;
  }

  async failed() {
    await this.release(this.worker);
    await this.start();
  }

  /** The sum of the characters of a text. Undefined if the request is refused. */
  async ask(text) {
    try {
      this.worker.stdin.write(`${text}\n`);
      return this.checked(await this.receive());
    } catch {
      await this.failed();
      return undefined;
    }
  }

  close() {
    return this.release(this.worker);
  }
};

exports.sum = (text) => Buffer.from(text).reduce((all, byte) => all + byte, 0);
