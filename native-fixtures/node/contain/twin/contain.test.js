// A service that contains what its worker does, in the situations in which those of the hazards do not.
const assert = require('node:assert');
const { test } = require('node:test');
const { Supervisor, sum } = require('../supervisor.js');

/** Somebody is answered in the end, however busy the machine is. */
const isAnswered = async (service) => {
  for (let i = 0; i < 40; i++) if ((await service.ask('z')) === sum('z')) return true;
  return false;
};

const use = async (...texts) => {
  const service = await new Supervisor().start();
  for (const text of texts) {
    const answer = await service.ask(text);
    assert.ok(answer === undefined || answer === sum(text));
  }
  assert.ok(await isAnswered(service));
  await service.close();
};

test('trust_crash_not_contained__death', () => use('ab'));
test('trust_crash_not_contained__hang', () => use(''));
test('trust_crash_not_contained__answer', () => use('ok 7'));
test('trust_crash_not_contained__replacement', () => use());
// Two workers: what befalls one does not concern the other.
test('trust_crash_not_contained__process', () => Promise.all([use(), use()]));
