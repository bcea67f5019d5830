/** Law 5: wherever a gate tells a checker to write, each process gets a file of its own. */
import { expect, test } from 'vitest';
import { GATES } from '../../src/gates/index.js';
import { BINDING_IDS, GATE_IDS } from '../../src/model/ids.js';
import { madeHost } from '../helpers/made-host.js';

const DIR = '/where/logs/are';

const ROWS = GATE_IDS.flatMap((gate) =>
  BINDING_IDS.filter((binding) => GATES[gate].unfit(binding) === undefined).flatMap((binding) =>
    GATES[gate].compilers.map((compiler) => [gate, binding, compiler] as const),
  ),
);

/** Every option that names something in the directory of the logs. Sanitizers separate theirs by colons. */
const namings = ([gate, binding, compiler]: (typeof ROWS)[number]): string[] => {
  const arm = GATES[gate].arm({ host: madeHost(), binding, compiler, logDir: DIR });
  const options = Object.entries(arm.env).flatMap(([name, value]) =>
    (name.endsWith('SAN_OPTIONS') ? value.split(':') : [value]).map((o) => `${name}: ${o}`),
  );
  return [...options, ...arm.prefix, ...arm.hostArgs].filter((word) => word.includes(DIR));
};

/** Sanitizers (sanitizer_file.cpp) and Go's race detector append `.<pid>` to `log_path`, our guard to its journal and our adapters to their answers; Valgrind replaces `%p`, the JVM too. */
const HAS_PID =
  /^(?:[A-Z]+SAN_OPTIONS|GORACE): log_path=[^%]+$|^FFI_GATES_(?:FD_JOURNAL|VALUES_ANSWERS): |^--xml-file=.*%p|^-XX:ErrorFile=.*%p/;

/** Guards in Python get the directory, and each process names its own file. */
const IS_DIRECTORY = new RegExp(`^FFI_GATES_[A-Z]+: ${DIR}$`);

test.each(ROWS)('%s for %s with %s', (...row) => {
  for (const naming of namings(row)) if (!IS_DIRECTORY.test(naming)) expect(naming).toMatch(HAS_PID);
});

test('the gates that write files are among them', () => {
  const writing = new Set(ROWS.filter((row) => namings(row).length > 0).map(([gate]) => gate));
  expect([...writing]).toEqual(
    expect.arrayContaining(['asan', 'ubsan', 'tsan', 'memcheck', 'helgrind', 'rsasan']),
  );
});
