// Services that do not contain what their worker does. Each is right but for one method.
const assert = require('node:assert');
const { test } = require('node:test');
const { Supervisor, sum } = require('../supervisor.js');

const use = async (Kind) => {
  const service = await new Kind().start();
  for (const text of ['ab', 'c', 'd']) {
    const answer = await service.ask(text);
    assert.ok(answer === undefined || answer === sum(text));
  }
  await service.close();
};

class Dying extends Supervisor {
  failed() {
    process.exit(1); //~ trust_crash_not_contained__death: contain = trust/crash-not-contained
  }
}

class Waiting extends Supervisor {
  receive() {
    return this.line(); //~ trust_crash_not_contained__hang: contain = trust/crash-not-contained
  }
}

class Believing extends Supervisor {
  checked(line) {
    return Number(line.slice(3)); //~ trust_crash_not_contained__answer: contain = trust/crash-not-contained
  }
}

class Resigning extends Supervisor {
  async failed() {
    await this.release(this.worker);
    this.worker = undefined; //~ trust_crash_not_contained__replacement: contain = trust/crash-not-contained
  }

  async ask(text) {
    return this.worker && super.ask(text);
  }

  async close() {
    if (this.worker) await super.close();
  }
}

class Abandoning extends Supervisor {
  async release(worker) {
    worker.stdin.destroy();
    worker.stdout.destroy();
    worker.unref(); //~ trust_crash_not_contained__process: contain = trust/crash-not-contained
  }
}

test('trust_crash_not_contained__death', () => use(Dying));
test('trust_crash_not_contained__hang', () => use(Waiting));
test('trust_crash_not_contained__answer', () => use(Believing));
test('trust_crash_not_contained__replacement', () => use(Resigning));
test('trust_crash_not_contained__process', () => use(Abandoning));
