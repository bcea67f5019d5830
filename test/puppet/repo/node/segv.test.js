// Node takes SIGSEGV back from ASan at its start: nobody reports, only the system knows.
const { test } = require('node:test');

void test('faults', () => process.kill(process.pid, 'SIGSEGV'));
