/**
 * Lints of rustc and clippy that concern the boundary: what a compiler knows of foreign functions without running them. Which
 * they are, and what each means, is in `lints/table.ts`.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Gate } from './gate.js';
import { watched, watching } from './guard.js';
import { missingCompiler } from './toolchain.js';

const PROGRAM = fileURLToPath(new URL('../lints/program.js', import.meta.url));
const LOG = 'rslint.log';

export const rslint: Gate = {
  ...watching,
  id: 'rslint',
  title: 'lints of rustc and clippy about the boundary',
  offer: {
    on: true,
    why: 'temporaries that C keeps, types that C has not, panics in functions that C calls',
  },
  limits: [
    {
      bindings: ['rs'],
      text: 'Sees the targets under test and the libraries of their workspace; of path dependencies outside of it, what rustc itself lints. A lint that the code allows is silent. What depends on values is listed, and makes no cell red.',
    },
  ],
  unfit: (b) => (b === 'rs' ? undefined : 'lints of Rust'),
  missing: (host, _b, c) =>
    missingCompiler(host, c) ??
    (host.tools['clippy']
      ? undefined
      : {
          what: 'clippy',
          why: 'cargo clippy is not installed',
          remedy: 'rustup component add clippy',
          install: host.tools['rustup']
            ? { packages: [], commands: [['rustup', 'component', 'add', 'clippy']] }
            : { packages: ['rust-clippy'], commands: [] },
        }),
  arm: (r) => ({
    prefix: [],
    env: {},
    hostArgs: [],
    watched: watched('clippy checked no crate of the project'),
    after: { log: LOG, argv: [process.execPath, PROGRAM], settings: { log: join(r.logDir, LOG) } },
  }),
  tools: ['clippy'],
};
