import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The fixtures' own *.test.js are planted bugs: they run under gates only.
    include: ['test/**/*.test.ts'],
    // cli/ and native/ start compilers, which take their time on two cores.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
    // On two cores one worker would leave one of them idle: most tests wait for a process of their own.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    setupFiles: ['test/seed.ts'],
  },
});
